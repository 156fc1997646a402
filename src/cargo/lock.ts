import type { SourceId } from "./sourceId.ts";

/**
 * A `Cargo.lock`. Versions 1 and 2 do not write their number; they differ in where checksums stand (at the
 * end of the file, or with their package) and in how dependencies are named.
 */
export type Lock = {
  readonly version: LockVersion;
  /** The user's own comment lines at the top, with `#`, without Cargo's two. */
  readonly comments: readonly string[];
  /** In the file's order, which is Cargo's: by name, version, source. */
  readonly packages: readonly LockPackage[];
  /** `[[patch.unused]]`: patches that no package uses. */
  readonly unusedPatches: readonly LockPackage[];
  /** `[metadata]`, without the checksums of version 1. */
  readonly metadata: Readonly<Record<string, string>>;
};

export type LockVersion = 1 | 2 | 3 | 4;

export type LockPackage = {
  readonly name: string;
  readonly version: string;
  /** Absent: a package of the workspace, or another one found by path. */
  readonly source?: SourceId;
  /** SHA-256 of the `.crate` file, hexadecimal. Only packages of registries have one. */
  readonly checksum?: string;
  readonly dependencies: readonly LockDependency[];
  /** The package that `[replace]` puts in its place. */
  readonly replace?: LockDependency;
};

/** Names a package of the same lock: by as little as tells it apart, or (version 1) by everything. */
export type LockDependency = {
  readonly name: string;
  readonly version?: string;
  readonly source?: SourceId;
};
