import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import type { SourceWords } from "./pathReference.ts";

/**
 * What the dummy source is made from: text of the few files that Cargo plans with, and the names of all
 * others.
 */
export type DummyInput = {
  /**
   * The text of every `Cargo.toml`, `Cargo.lock`, `.cargo/config(.toml)` and `rust-toolchain(.toml)`, by path
   * relative to the source's root, with `/`. Manifests that no root reaches are not even parsed.
   */
  readonly files: ReadonlyMap<string, string>;
  /** The path of every file in the source, those of `files` included: Cargo discovers targets by them. */
  readonly paths: readonly string[];
  /**
   * Directories in which Cargo will be run: workspace roots. Default: the source's root (`.`) if it holds a
   * `Cargo.toml`, else every directory with both a `Cargo.toml` and a `Cargo.lock`.
   */
  readonly roots?: readonly string[];
  /**
   * Tests, examples and benches that commands select by name, and that therefore keep theirs. Default: none.
   */
  readonly named?: readonly string[];
  /** How messages tell of the source. Default: by its files alone. */
  readonly words?: SourceWords;
};

/** The directories in which Cargo will be run, as `DummyInput.roots` says, in order. */
export function sourceRoots({ files, roots }: DummyInput): readonly string[] {
  if (roots) return [...new Set(roots.map((root) => posix.join(root)))].sort(byCodeUnit);
  if (files.has("Cargo.toml")) return ["."];
  return [...files.keys()]
    .filter((path) => posix.basename(path) === "Cargo.lock")
    .map((path) => posix.dirname(path))
    .filter((directory) => files.has(posix.join(directory, "Cargo.toml")))
    .sort(byCodeUnit);
}
