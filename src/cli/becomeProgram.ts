import { spawn } from "node:child_process";
import { constants } from "node:os";
import { diagnostic } from "../base/diagnostic.ts";
import type { Exec } from "../command/commandOutcome.ts";
import { renderDiagnostic } from "./renderDiagnostic.ts";
import { paint } from "./reporter/paint.ts";
import type { Sink } from "./reporter/reporter.ts";

/**
 * Runs a program in the place of this one, with the terminal, and gives its exit status (128 + the number of
 * the signal that ended it, as shells do).
 *
 * A child, and not `execve`: Node ignores SIGPIPE, `execve` would hand that on, and a shell that is started
 * so can never undo it. The terminal sends Ctrl-C to both, and what it means is for the program to decide.
 */
export async function becomeProgram(exec: Exec, err: Sink): Promise<number> {
  const status = await runProgram(exec, err);
  for (const found of exec.afterwards?.() ?? []) {
    err.write(`${renderDiagnostic(found, { level: "warning", paint: paint(false) })}\n`);
  }
  return status;
}

async function runProgram({ argv, env, cwd }: Exec, err: Sink): Promise<number> {
  const [file, ...args] = argv;
  const child = spawn(file, args, { env: { ...env }, stdio: "inherit", ...(cwd !== undefined && { cwd }) });
  process.on("SIGINT", () => undefined);
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
  return new Promise((resolve) => {
    child.on("exit", (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    );
    child.on("error", (error) => {
      const found = diagnostic("exec", `could not run \`${file}\``, { causes: [error.message] });
      err.write(`${renderDiagnostic(found, { level: "error", paint: paint(false) })}\n`);
      resolve(1);
    });
  });
}
