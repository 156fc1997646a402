import type { FileSelection } from "./fileSelection.ts";
import type { Derivation, NativePackage, Source, Tool } from "./model.ts";

/** Checks of files that git runs before each commit, and `gantry check` over all files. */
export type PreCommit = {
  /** All files that hooks are about: paths are relative to its root, in which commands run. */
  readonly src: Source;
  /** In the order in which they run. */
  readonly hooks: readonly CommitHook[];
};

/** When git, or a person, runs a hook. */
export const commitStages = ["pre-commit", "pre-merge-commit", "pre-push", "manual"] as const;
export type CommitStage = (typeof commitStages)[number];

/** One hook, with the meaning and the defaults that git-hooks.nix and pre-commit give to its fields. */
export type CommitHook = {
  /** `rustfmt`, `clippy`, … or a name of the project's own. */
  readonly id: string;
  /** What people read while it runs. */
  readonly name: string;
  readonly description: string;
  /** The command; the names of the files are added to it where `passFilenames` says so. */
  readonly entry: readonly [string, ...string[]];
  readonly select: FileSelection;
  /** Whether the command is given the names of the files. */
  readonly passFilenames: boolean;
  /** Whether it runs where no file matches. */
  readonly alwaysRun: boolean;
  /** Whether no other hook runs after it has failed. */
  readonly failFast: boolean;
  /** Whether its files are given to one process after the other. */
  readonly requireSerial: boolean;
  /** Whether what it prints is shown though it passed. */
  readonly verbose: boolean;
  readonly stages: readonly CommitStage[];
  /** What it runs with, beside the toolchain. */
  readonly packages: readonly (NativePackage | Tool)[];
  /**
   * What runs before a commit: the command; rustfmt on the changed files, each with the edition of its package; or the step,
   * since Cargo looks at the whole project.
   */
  readonly at: "command" | "rustfmt" | "step";
  /** The hook over all files, in the sandbox. */
  readonly step: Derivation;
};

/** A check that knows the hooks which it consists of. */
export type HooksCheck = Derivation & { readonly preCommit: PreCommit };

/** The hooks that a check consists of; undefined for any other check. */
export function hooksOf(check: Derivation): PreCommit | undefined {
  return isHooksCheck(check) ? check.preCommit : undefined;
}

function isHooksCheck(check: Derivation): check is HooksCheck {
  return "preCommit" in check;
}
