import { diagnostic } from "../base/diagnostic.ts";
import type { FileType, Filter, Source } from "../derivation/model.ts";
import { refuse } from "./arguments/refuse.ts";

/**
 * Sources composed of others, after nixpkgs' `lib.fileset`. All parts of one have the same root.
 *
 * @throws Refused: `fileset-roots`, for parts of different directories
 * @example
 * const src = fileset.union(crane.cleanCargoSource("."), fileset.include("migrations/**", "templates"));
 */
export const fileset = {
  /**
   * Files that match one of the patterns; `**` crosses directories, and a directory's name means all in it.
   */
  include: (...patterns: string[]): Source => sourceAt(".", { kind: "globs", patterns }),
  /** All files that git does not ignore, but those that match. */
  exclude: (...patterns: string[]): Source =>
    sourceAt(".", { kind: "difference", of: { kind: "everything" }, without: { kind: "globs", patterns } }),
  /** Files that are in one of them. */
  union: (...sources: Source[]): Source => combined("union", sources),
  /** Files that are in all of them. */
  intersection: (...sources: Source[]): Source => combined("intersection", sources),
  /** Files that are in the first and not in the second. */
  difference: (of: Source, without: Source): Source =>
    sourceAt(commonRoot([of, without]), { kind: "difference", of: of.filter, without: without.filter }),
  /** All files that git does not ignore. */
  everything: (root = "."): Source => sourceAt(root, { kind: "everything" }),
  /** Files of `root` that the function keeps, as Crane's filters do. */
  where: (keep: (path: string, type: FileType) => boolean, root = "."): Source =>
    sourceAt(root, { kind: "where", keep }),
} as const;

function sourceAt(root: string, filter: Filter): Source {
  return { type: "source", root, filter };
}

function combined(kind: "union" | "intersection", sources: readonly Source[]): Source {
  return sourceAt(commonRoot(sources), { kind, of: sources.map((source) => source.filter) });
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
 * const src = crane.cleanCargoSource(".");
 */
export function cleanCargoSource(root: string): Source {
  return sourceAt(root, { kind: "cargo" });
}

/**
 * Crane's `filterCargoSources`, to be called from a filter of one's own.
 *
 * @example
 * const src = fileset.where((path, type) => path.endsWith(".sql") || crane.filterCargoSources(path, type));
 */
export function filterCargoSources(path: string, type: FileType): boolean {
  return type === "directory" || isReadByCargo(path);
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
