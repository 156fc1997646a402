import type { Source } from "../derivation/source.ts";

/**
 * The files of a directory that Cargo itself reads: `*.rs`, `*.toml`, `Cargo.lock`, `.cargo/config` (Crane's
 * `cleanCargoSource`). What the code reads besides is added with `fileset.union`.
 *
 * @param root relative to the project, or absolute
 * @example
 * fileset.union(lib.cleanCargoSource("."), fileset.include("migrations/**"))
 */
export function cleanCargoSource(root: string): Source {
  return { type: "source", root, filter: { kind: "cargo" } };
}
