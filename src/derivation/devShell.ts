import type { NativePackage, Source, Tool, ToolchainRequest } from "./model.ts";

/**
 * A developer's environment as plain data: what plain Cargo, an editor and the hooks of git find in it. The shell, direnv, the
 * set-up script and CI are made from the same one, so that they cannot say different things.
 */
export type DevShell = {
  readonly type: "dev-shell";
  /** First on the `PATH`; its sources are where `RUST_SRC_PATH` says. */
  readonly toolchain: ToolchainRequest;
  /** In the order of the `PATH`: the shell's own first, then those of its checks and of `inputsFrom`. */
  readonly packages: readonly (NativePackage | Tool)[];
  /** Values name files as steps see them: `/usr/bin/protoc`. Who makes a shell of it says where those lie. */
  readonly env: Readonly<Record<string, string>>;
  /** POSIX shell text, run at the end of entering. Default: nothing. */
  readonly shellHook?: string;
  /** What git runs before a commit. Default: nothing. */
  readonly hooks?: PreCommit;
};

/** Checks of files that git runs before each commit, and `gantry check` over all files. */
export type PreCommit = {
  readonly src: Source;
  /** In the order in which they run. */
  readonly hooks: readonly CommitHook[];
};

/** One hook, with the fields and defaults of git-hooks.nix. */
export type CommitHook = {
  /** `rustfmt`, `clippy`, … or a name of the project's own. */
  readonly id: string;
  /** The command; the changed files are added to it where `passFilenames` says so. */
  readonly entry: readonly [string, ...string[]];
  /** A regular expression of paths: only files that match. Default: all. */
  readonly files?: string;
  /** A regular expression of paths: none that match. Default: none. */
  readonly excludes?: readonly string[];
  /** File types, as `identify` names them, all of which a file must have: `rust`, `nix`, `toml`. Default: all. */
  readonly types?: readonly string[];
  /** Whether the command is given the names of the files. */
  readonly passFilenames: boolean;
  /** Whether it runs where no file matches. */
  readonly alwaysRun: boolean;
  /** What it runs with, beside the toolchain. */
  readonly packages: readonly (NativePackage | Tool)[];
};
