import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { explainFetchFailure } from "./explainFetchFailure.ts";
import type { Progress } from "./progress.ts";
import { stopped } from "./stopped.ts";

export type FetchOptions = {
  /** Where Cargo runs: a directory of the user's workspace. */
  readonly workspaceDir: string;
  /** The user's own environment, so that registries, mirrors, proxies and credentials work. */
  readonly env: NodeJS.ProcessEnv;
  /** How many crates are to come, for progress. */
  readonly missing: number;
  readonly emit: (event: Progress) => void;
  /** What has the lock, if that is not the workspace; its lock may be changed. Default: the workspace. */
  readonly manifest?: string | undefined;
  /** What Cargo is told besides. Default: nothing. */
  readonly cargoArguments?: readonly string[];
  /** Stops Cargo when aborted. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Has Cargo download what the lock names and its cache lacks, for all targets (`cargo fetch --locked`).
 *
 * Errors: `cargo-missing`, `lock-stale`, `registry-auth`, `fetch-failed`, `interrupted`.
 */
export async function fetchCrates(options: FetchOptions): Promise<Result<void>> {
  const { workspaceDir, env, missing, emit, signal, manifest, cargoArguments = [] } = options;
  const which = manifest === undefined ? ["--locked"] : ["--manifest-path", manifest];
  const report = (done: number) => emit({ type: "progress", what: "fetch", done, total: missing });
  const { execa } = await import("execa");
  const cargo = execa("cargo", ["fetch", ...which, ...cargoArguments], {
    cwd: workspaceDir,
    env: { ...env, CARGO_TERM_COLOR: "never", CARGO_TERM_QUIET: "false", CARGO_TERM_PROGRESS_WHEN: "never" },
    extendEnv: false,
    stdin: "ignore",
    stdout: "ignore",
    reject: false,
    ...(signal && { cancelSignal: signal }),
  });
  report(0);
  const lines: string[] = [];
  let done = 0;
  for await (const line of cargo.iterable({ from: "stderr" })) {
    lines.push(line);
    if (/^\s*Downloaded /.test(line)) report(Math.min(++done, missing));
  }
  const { exitCode, code, isCanceled, signal: killedBy } = await cargo;
  if (exitCode === 0) return ok();
  // On a terminal Ctrl-C reaches Cargo, too, perhaps before it reaches us.
  if (isCanceled || killedBy === "SIGINT") return err(stopped());
  return err(code === "ENOENT" ? cargoMissing() : explainFetchFailure(lines, env));
}

function cargoMissing() {
  return diagnostic("cargo-missing", "`cargo` not found on `PATH`", {
    help: ["install Rust from https://rustup.rs, or enter an environment that has it"],
  });
}
