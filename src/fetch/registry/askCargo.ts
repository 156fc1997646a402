import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { stopped } from "../progress.ts";
import { explainFetchFailure } from "./fetchCrates.ts";

/** What asking Cargo needs. */
export type AskingCargo = {
  /** Where Cargo runs: a directory of the user's, whose settings count. */
  readonly workspaceDir: string;
  /** The user's own environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/** What Cargo wrote to its standard error, and what it means. */
type Refused = { readonly text: string; readonly error: Diagnostic };

/**
 * Has the user's own Cargo resolve a package that was made for it, for which it reads the registry's index: it downloads no
 * crate for that.
 *
 * Errors: those of `explainFetchFailure`, without the advice to fetch by hand; `interrupted`.
 *
 * @param words the verb, and what it is told besides the manifest
 * @param wanted what is not known if it fails: `when 2 crates were published`
 */
export async function askCargo(
  words: readonly [string, ...string[]],
  manifest: string,
  { workspaceDir, env, signal, wanted }: AskingCargo & { readonly wanted: string },
): Promise<Result<void, Refused>> {
  const { execa } = await import("execa");
  const cargo = await execa("cargo", [...words, "--manifest-path", manifest], {
    cwd: workspaceDir,
    env: { ...env, CARGO_TERM_COLOR: "never" },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    cancelSignal: signal,
  });
  if (cargo.exitCode === 0) return ok();
  const text = cargo.stderr ?? "";
  if (cargo.isCanceled || cargo.signal === "SIGINT") return err({ text, error: stopped() });
  const { code, causes, help, notes } = explainFetchFailure(text.split("\n"), env);
  const more = help.filter((line) => !/fetch --locked/.test(line));
  return err({ text, error: diagnostic(code, `cannot find out ${wanted}`, { causes, notes, help: more }) });
}
