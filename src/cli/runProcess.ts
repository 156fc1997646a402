import { spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { constants } from "node:os";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import type { Exec } from "../command/command.ts";
import { type CommandEntry, commands } from "./commands.ts";
import { version } from "./help.ts";
import { renderDiagnostic } from "./reporter/renderDiagnostic.ts";
import type { Sink } from "./reporter/reporter.ts";
import { paint as painter, wantsColor } from "./reporter/text.ts";
import { runCommandLine } from "./runCommandLine.ts";

/**
 * Runs the command line of this process and exits with its status; does not return. Tests bring other
 * commands.
 */
export async function runProcess(entries: readonly CommandEntry[] = commands): Promise<never> {
  const out = standardSink(process.stdout);
  const err = standardSink(process.stderr);
  let close = (): void => undefined;
  process.on("exit", () => close());
  const fail = (error: unknown): never => {
    close();
    err.write(bugReport(error, wantsColor("auto", process.env, process.stderr.isTTY === true)));
    process.exit(101);
  };
  process.on("uncaughtException", fail);
  const interruption = onInterrupt();
  try {
    const { status, exec } = await runCommandLine(entries, process.argv.slice(2), {
      out,
      err,
      from: startingDirectory(),
      env: process.env,
      terminal: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
      now: () => performance.now(),
      signal: interruption.signal,
      onClose: (leave) => {
        close = leave;
      },
    });
    await drain(process.stdout);
    interruption.stop();
    process.exit(exec ? await becomeProgram(exec, err) : status);
  } catch (error) {
    return fail(error);
  }
}

/** The working directory. One that was removed meanwhile has no path any more; Linux still knows what it was. */
function startingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return readlinkSync("/proc/self/cwd");
  }
}

/**
 * The first Ctrl-C (or SIGTERM, or a terminal that closes) asks what runs to stop; the second ends the
 * process at once, with status 130. What a killed process leaves behind is the store's affair: it is always
 * whole.
 */
function onInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of names) process.off(name, interrupt);
    },
  };
}

/**
 * Runs a program in the place of this one, with the terminal, and gives its exit status (128 + the number of
 * the signal that ended it, as shells do).
 *
 * The program is a child, and does not take this process over (`execve`): Node ignores SIGPIPE, `execve` would
 * hand that on, and a shell that is started so can never undo it. The terminal sends Ctrl-C to both, and what it
 * means is for the program to decide.
 */
async function becomeProgram(exec: Exec, sink: Sink): Promise<number> {
  const show = (level: "error" | "warning", shown: Diagnostic): void =>
    sink.write(`${renderDiagnostic(shown, { level, paint: painter(false) })}\n`);
  const { argv, env, cwd } = exec;
  const [file, ...args] =
    argv[0] === "gantry"
      ? ([process.execPath, ...process.execArgv, process.argv[1] ?? "", ...argv.slice(1)] as const)
      : argv;
  const child = spawn(file, args, {
    stdio: "inherit",
    ...(env !== undefined && { env: { ...env } }),
    ...(cwd !== undefined && { cwd }),
  });
  process.on("SIGINT", () => undefined);
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
  const status = await new Promise<number>((resolve) => {
    child.on("exit", (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    );
    child.on("error", ({ message }) => {
      show("error", diagnostic("exec", `could not run \`${file}\``, { causes: [message] }));
      resolve(1);
    });
  });
  for (const warning of exec.afterwards?.() ?? []) show("warning", warning);
  return status;
}

/** What is said of an exception, which is always a bug. */
function bugReport(error: unknown, colors: boolean): string {
  const paint = painter(colors);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const summary = stack.split("\n")[0] ?? "";
  const remark = (kind: string, text: string): string =>
    `  ${paint.gutter("=")} ${paint.strong(`${kind}:`)} ${text}`;
  return [
    stack,
    "",
    `${paint.error("error[bug]")}${paint.strong(`: ${summary}`)}`,
    remark("note", `gantry ${version}, node ${process.version}, ${process.platform} ${process.arch}`),
    remark("note", "this is a bug in Gantry and not in the project; the store is whole"),
    remark("help", "please report it, with the lines above and the command line"),
    "",
  ].join("\n");
}

/** What of a standard stream is used. */
export type Stream = NodeJS.WritableStream & { readonly columns?: number; readonly writableLength: number };

/**
 * Standard output or error. A reader that went away (`gantry graph | head`) is no error: what would have
 * been written is dropped.
 */
export function standardSink(stream: Stream): Sink {
  let gone = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    gone = true;
  });
  return {
    write: (text) => {
      if (!gone) stream.write(text);
    },
    // A terminal that nobody told its size (a serial line, `script` in CI) says 0.
    columns: () => stream.columns || 80,
  };
}

/** Waits until all is written: a pipe may take it later, and exiting would cut it off. */
export async function drain(stream: Stream): Promise<void> {
  if (stream.writableLength === 0) return;
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
}
