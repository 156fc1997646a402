import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { type Diagnostic, diagnostic, notExecutable, notFound } from "../base/diagnostic.ts";
import { keepingBytes } from "../base/ownBytes.ts";
import { endingSignals } from "../base/processes.ts";
import { tooLong } from "../base/tooLong.ts";
import type { Exec } from "../command/command.ts";
import { renderDiagnostic } from "./reporter/renderDiagnostic.ts";
import type { Sink } from "./reporter/reporter.ts";
import { paint } from "./reporter/text.ts";

/**
 * Runs a program in the place of this one, with the terminal, and gives its exit status; as shells do, 128 + the number of
 * the signal that ended it, 127 for one that is not there, 126 for one that cannot be run.
 *
 * The program is a child, and does not take this process over (`execve`): Node ignores SIGPIPE, `execve` would
 * hand that on, and a shell that is started so can never undo it. The terminal sends Ctrl-C to both, and what it
 * means is for the program to decide.
 */
export async function becomeProgram(exec: Exec, sink: Sink): Promise<number> {
  const show = (level: "error" | "warning", report: Diagnostic): void =>
    sink.write(`${renderDiagnostic(report, { level, paint: paint(false) })}\n`);
  const { argv, env, cwd } = exec;
  const [file, ...args] =
    argv[0] === "gantry"
      ? ([process.execPath, ...process.execArgv, process.argv[1] ?? "", ...argv.slice(1)] as const)
      : argv;
  let child: ChildProcess;
  try {
    const [first = "", ...words] = keepingBytes([file, ...args], env);
    child = spawn(first, words, {
      stdio: "inherit",
      ...(env !== undefined && { env: { ...env } }),
      ...(cwd !== undefined && { cwd }),
    });
  } catch (thrown) {
    const problem = tooLong(thrown, `\`${file}\``, { argv, env: env ?? process.env });
    if (problem === undefined) throw thrown;
    show("error", problem);
    return notExecutable;
  }
  // Ctrl-C reaches the program without that.
  for (const name of endingSignals) process.on(name, () => name !== "SIGINT" && child.kill(name));
  const status = await new Promise<number>((resolve) => {
    child.on("exit", (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    );
    child.on("error", (error: NodeJS.ErrnoException) => {
      const status = error.code === "ENOENT" ? notFound : notExecutable;
      const cause = causes[error.code ?? ""] ?? error.message;
      show("error", diagnostic("exec", `could not run \`${file}\``, { causes: [cause], status }));
      resolve(status);
    });
  });
  for (const warning of exec.afterwards?.() ?? []) show("warning", warning);
  return status;
}

const causes: Readonly<Record<string, string>> = {
  ENOENT: "there is no such program, or what its first line names is missing",
  EACCES: "it is not executable",
};
