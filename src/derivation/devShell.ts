import type { PreCommit } from "./commitHooks.ts";
import type { NativePackage, Tool, ToolchainRequest } from "./model.ts";

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
