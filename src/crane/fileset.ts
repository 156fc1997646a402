import { diagnostic } from "../base/diagnostic.ts";
import type { FileType, Filter, Source } from "../derivation/model.ts";
import { refuse } from "./refuse.ts";

/** Sources composed of others, after nixpkgs' `lib.fileset`. All parts of one have the same root. */
export const fileset = {
  /**
   * Files that match one of the patterns; `**` crosses directories, and a directory's name means all in it.
   */
  include: (...patterns: string[]): Source => at(".", { kind: "globs", patterns }),
  /** All files that git does not ignore, but those that match. */
  exclude: (...patterns: string[]): Source =>
    at(".", { kind: "difference", of: { kind: "everything" }, without: { kind: "globs", patterns } }),
  /** Files that are in one of them. */
  union: (...sources: Source[]): Source => combined("union", sources),
  /** Files that are in all of them. */
  intersection: (...sources: Source[]): Source => combined("intersection", sources),
  /** Files that are in the first and not in the second. */
  difference: (of: Source, without: Source): Source =>
    at(commonRoot([of, without]), { kind: "difference", of: of.filter, without: without.filter }),
  /** All files that git does not ignore. */
  everything: (root = "."): Source => at(root, { kind: "everything" }),
  /** Files of `root` that the function keeps, as Crane's filters do. */
  where: (keep: (path: string, type: FileType) => boolean, root = "."): Source =>
    at(root, { kind: "where", keep }),
} as const;

/** Crane's `filterCargoSources`, to be called from a filter of one's own. */
export function filterCargoSources(path: string, type: FileType): boolean {
  return type === "directory" || isReadByCargo(path);
}

function at(root: string, filter: Filter): Source {
  return { type: "source", root, filter };
}

function combined(kind: "union" | "intersection", sources: readonly Source[]): Source {
  return at(commonRoot(sources), { kind, of: sources.map((source) => source.filter) });
}

function commonRoot(sources: readonly Source[]): string {
  const roots = [...new Set(sources.map((source) => source.root).filter((root) => root !== "."))];
  if (roots.length <= 1) return roots[0] ?? ".";
  refuse(
    diagnostic("fileset-roots", `sources of different directories cannot be combined: ${roots.join(", ")}`, {
      help: ['take the directory that holds them all as root, and `fileset.include("dir/**")` for each'],
      status: 2,
    }),
  );
}

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

/**
 * Whether Cargo or rustc reads a file because of its name: `*.rs`, `*.toml`, `Cargo.lock`, `.cargo/config`.
 * Called for every file of a source.
 */
export function isReadByCargo(path: string): boolean {
  if (path.endsWith(".rs") || path.endsWith(".toml")) return true;
  if (path.endsWith("Cargo.lock")) return path.length === 10 || path.charAt(path.length - 11) === "/";
  return path === ".cargo/config" || path.endsWith("/.cargo/config");
}
