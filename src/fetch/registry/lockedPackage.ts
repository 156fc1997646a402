/**
 * What vendoring needs of one `[[package]]` of `Cargo.lock`. A package without `source` is the project's own
 * (a path dependency) and is not vendored.
 */
export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  /** As the lock has it: `registry+https://github.com/rust-lang/crates.io-index`, `sparse+https://…`, `git+https://…`. */
  readonly source?: string | undefined;
  /** SHA-256 of the `.crate` file. */
  readonly checksum?: string | undefined;
};

/** A package of a registry, as the lock pins it. */
export type LockedCrate = {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  /** SHA-256 of the `.crate` file, in lower-case hexadecimal. */
  readonly checksum: string;
};

/** `itoa-1.0.19`: the stem of the `.crate` file, the one directory in it, and the directory under `/build/vendor`. */
export function crateStem(crate: { readonly name: string; readonly version: string }): string {
  return `${crate.name}-${crate.version}`;
}
