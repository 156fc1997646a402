import type { GitReference } from "../cargo/sourceId.ts";
import type { Derivation } from "./derivation.ts";
import type { Source } from "./source.ts";

/** A directory of files that can take the place of a vendored crate or checkout. */
export type Tree = Source | GitTree | CrateTree | PatchedTree | OutputTree;

/**
 * A whole repository at one commit, with its submodules. What a flake has as an input with `flake = false`.
 */
export type GitTree = {
  readonly type: "git";
  /** For people and for the flake's inputs: `my-private-dep`. */
  readonly name: string;
  /** As git takes it, without credentials. */
  readonly url: string;
  /** The full commit. */
  readonly rev: string;
  /** The branch or tag that leads to it, for servers that give no single commits. */
  readonly reference?: GitReference;
};

/** A crate of a registry as it was published. */
export type CrateTree = {
  readonly type: "crate";
  readonly name: string;
  readonly version: string;
  /** As the lock has it: `registry+https://github.com/rust-lang/crates.io-index`. */
  readonly source: string;
  /** SHA-256 of the `.crate` file. */
  readonly checksum: string;
};

/** A tree with patches applied in order, in git's `-p1` manner. */
export type PatchedTree = {
  readonly type: "patched";
  /** For messages: `itoa v1.0.15`. */
  readonly name: string;
  readonly of: Tree;
  /** Files, relative to the project's root or absolute. */
  readonly patches: readonly [string, ...string[]];
};

/** What a step leaves. */
export type OutputTree = { readonly type: "output"; readonly of: Derivation };

/** The step that a tree comes from, if any. */
export function stepOfTree(tree: Tree): Derivation | undefined {
  if (tree.type === "output") return tree.of;
  return tree.type === "patched" ? stepOfTree(tree.of) : undefined;
}
