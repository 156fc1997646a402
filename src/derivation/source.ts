import type { ToolchainRequest } from "./toolchainRequest.ts";

/**
 * A tree of the user's files, described and not yet read: a directory and which of its files are wanted.
 *
 * Only what passes the filter reaches a build and its key, so editing anything else rebuilds nothing.
 */
export type Source = {
  readonly type: "source";
  /** The directory, relative to the project's root (`.` for the root itself) or absolute. */
  readonly root: string;
  readonly filter: Filter;
  /**
   * The directory of it that is Cargo's workspace, in which its commands run, such as `rust`. Default: its
   * root.
   */
  readonly workspace?: string;
  /** What lies in the workspace as `Cargo.lock`. Default: the directory's own. */
  readonly cargoLock?: LockFile;
};

/**
 * A `Cargo.lock`: a file, relative to the project's root or absolute, or its text; or that of a toolchain's standard
 * library.
 */
export type LockFile =
  | { readonly path: string }
  | { readonly text: string }
  | { readonly toolchain: ToolchainRequest };

/**
 * Which files of a source are wanted. Paths are relative to the source's root, with `/`.
 *
 * - `everything`: all that git does not ignore
 * - `cargo`: what Cargo itself reads: `*.rs`, `*.toml`, `Cargo.lock`, `.cargo/config` (Crane's
 *   `filterCargoSources`)
 * - `automatic`: without a configuration: all but what no build reads (documentation, CI, `*.nix`, …), and of
 *   those, what an `include_str!("…")` names
 * - `globs`: paths that match one of the patterns (`migrations/**`, `proto/*.proto`)
 * - `where`: a function of path and type, as Crane's filters
 */
export type Filter =
  | { readonly kind: "everything" | "cargo" | "automatic" }
  | { readonly kind: "globs"; readonly patterns: readonly string[] }
  | { readonly kind: "where"; readonly keep: (path: string, type: FileType) => boolean }
  | { readonly kind: "union" | "intersection"; readonly of: readonly Filter[] }
  | { readonly kind: "difference"; readonly of: Filter; readonly without: Filter };

export type FileType = "file" | "directory" | "symlink";
