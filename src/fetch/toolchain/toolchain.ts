import type { Digest } from "../../base/digest.ts";

/** A toolchain on this machine, known by what it consists of and not by where it lies. */
export type Toolchain = {
  /** Of the contents of its programs and libraries. */
  readonly digest: Digest;
  readonly directory: string;
  /** `rustc 1.95.0 (59807616e 2026-04-14)`, for messages. */
  readonly version: string;
  /** Parts of it, as paths from `directory`, that are not part of the digest and so must not be seen. */
  readonly hidden: readonly string[];
};
