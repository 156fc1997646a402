import type { Digest } from "../base/digest.ts";

/**
 * One directory of a Merkle tree. Its digest is that of its canonical encoding, so a tree is named by the
 * digest of its root and equal trees have equal names. Times and owners are not part of it.
 */
export type Directory = {
  /** By name; the encoding sorts them by code unit. */
  readonly entries: Readonly<Record<string, Entry>>;
};

export type Entry =
  | { readonly type: "file"; readonly digest: Digest; readonly size: number; readonly executable: boolean }
  | { readonly type: "symlink"; readonly target: string }
  | { readonly type: "directory"; readonly digest: Digest };
