import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";

/** Where Cargo builds a workspace. */
type TargetPlace = {
  /** Where programs lie at the end, absolute. */
  readonly target: string;
  /** Where units lie, which is another directory where Cargo's settings say so (`build.build-dir`, Cargo 1.91). */
  readonly build: string;
};

/**
 * Asks Cargo where it builds a workspace, by its settings and variables.
 *
 * Errors: `cargo-metadata-failed`.
 *
 * @param given what takes the place of the target directory that Cargo would choose, absolute
 */
export async function targetPlace(
  workspace: string,
  {
    env,
    given,
    signal,
  }: { readonly env: NodeJS.ProcessEnv; readonly given: string | undefined; readonly signal: AbortSignal },
): Promise<Result<TargetPlace>> {
  const { execa } = await import("execa");
  const argv = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
  const { exitCode, stdout, stderr } = await execa("cargo", argv, {
    cwd: workspace,
    env: { ...env, ...(given !== undefined && { CARGO_TARGET_DIR: given }), CARGO_TERM_COLOR: "never" },
    extendEnv: false,
    stdin: "ignore",
    reject: false,
    cancelSignal: signal,
  });
  const metadata: unknown = exitCode === 0 ? JSON.parse(stdout) : undefined;
  if (!isRecord(metadata) || typeof metadata.target_directory !== "string") return err(unknown(stderr ?? ""));
  const { target_directory: target, build_directory: build } = metadata;
  return ok({ target, build: typeof build === "string" ? build : target });
}

function unknown(said: string): Diagnostic {
  const causes = said.split("\n").filter((line) => line.trim() !== "");
  return diagnostic("cargo-metadata-failed", "Cargo does not say where it builds the workspace", {
    causes,
    help: ["see what it says: cargo metadata --no-deps"],
  });
}
