import { statSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, type Result } from "../base/result.ts";
import type { CommandOutcome, Exec } from "../command/command.ts";
import type { CommandEntry } from "./commands.ts";
import type { OutputOptions } from "./globalOptions.ts";
import { type Invocation, parseCommandLine } from "./parseCommandLine.ts";
import { humanReporter } from "./reporter/human.ts";
import { jsonReporter } from "./reporter/json.ts";
import { plainReporter } from "./reporter/plain.ts";
import { renderDiagnostic } from "./reporter/renderDiagnostic.ts";
import type { Reporter, ReporterContext, Sink } from "./reporter/reporter.ts";
import { paint, wantsColor } from "./reporter/text.ts";

/** What of a process a command line uses. */
export type ProcessContext = {
  readonly out: Sink;
  readonly err: Sink;
  /** The directory that the process was started in. */
  readonly from: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether standard output and standard error are terminals. */
  readonly terminal: { readonly out: boolean; readonly err: boolean };
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Is told how to leave the terminal as it was, should the process end early. */
  readonly onClose: (close: () => void) => void;
};

/** How the process is to end: with a status, or as another program. */
export type Exit = { readonly status: number; readonly exec?: Exec };

/**
 * Understands the words after `gantry`, runs the command, and reports: 0 done, 1 it failed, 2 the command
 * line or the configuration is wrong, 130 interrupted.
 *
 * @throws what a command throws, which is a bug in it.
 */
export async function runCommandLine(
  entries: readonly CommandEntry[],
  words: readonly string[],
  context: ProcessContext,
): Promise<Exit> {
  const { out, err: error, from, env, terminal } = context;
  const look = { colors: wantsColor("auto", env, terminal.out), columns: out.columns() };
  const invocation = await parseCommandLine(entries, words, { from, look });
  if (!invocation.ok) {
    const colors = wantsColor("auto", env, terminal.err);
    error.write(`${renderDiagnostic(invocation.error, { level: "error", paint: paint(colors) })}\n`);
    return { status: invocation.error.status };
  }
  if (invocation.value.type === "run") return runCommand(invocation.value, context);
  out.write(invocation.value.text);
  return { status: 0 };
}

type Run = Extract<Invocation, { type: "run" }>;

async function runCommand(
  { name, command, global, output, given }: Run,
  context: ProcessContext,
): Promise<Exit> {
  const { signal, onClose } = context;
  const reporter = chooseReporter(output, context, {
    command: name,
    project: global.cwd,
    verbosity: global.verbosity,
  });
  onClose(reporter.close);
  let result: Result<CommandOutcome>;
  try {
    const unusable = unusableDirectory(global.cwd);
    const options = { ...global, ...command.read(given), signal };
    result = unusable
      ? err(unusable)
      : await unlessInterrupted(() => command.run(options, reporter.event), signal);
  } finally {
    reporter.close();
  }
  if (!result.ok) {
    reporter.finish({ error: result.error, finished: undefined, outputs: {} });
    return { status: signal.aborted ? 130 : result.error.status };
  }
  const { stdout, status = 0, finished, outputs = {}, exec } = result.value;
  if (stdout !== undefined && stdout !== "") reporter.result(stdout.endsWith("\n") ? stdout : `${stdout}\n`);
  reporter.finish({ error: undefined, finished, outputs });
  return { status, ...(exec && { exec }) };
}

type Subject = { readonly command: string; readonly project: string; readonly verbosity: number };

/** The reporter that was asked for; else a live one on a terminal, and lines everywhere else, as in CI. */
function chooseReporter(
  { color, logFormat }: OutputOptions,
  { env, out, err: error, now, terminal }: ProcessContext,
  subject: Subject,
): Reporter {
  const reporterContext: ReporterContext = {
    out,
    err: error,
    now,
    colors: wantsColor(color, env, terminal.err),
    verbosity: subject.verbosity,
  };
  if (logFormat === "json") return jsonReporter(reporterContext, subject);
  const live = terminal.err && env.TERM !== "dumb" && (logFormat === "human" || !env.CI);
  return live && logFormat !== "plain" ? humanReporter(reporterContext) : plainReporter(reporterContext);
}

/**
 * A result, unless it is a failure after the command was told to stop: that is a consequence of stopping, and
 * would only mislead.
 */
async function unlessInterrupted(
  run: () => Promise<Result<CommandOutcome>>,
  signal: AbortSignal,
): Promise<Result<CommandOutcome>> {
  try {
    const result = await run();
    return result.ok || !signal.aborted ? result : err(interrupted());
  } catch (error) {
    if (signal.aborted) return err(interrupted());
    throw error;
  }
}

function interrupted(): Diagnostic {
  return diagnostic("interrupted", "interrupted", {
    notes: ["what was finished is kept, and the next build goes on from there"],
  });
}

/** Why a command cannot act there, if it cannot. */
function unusableDirectory(path: string): Diagnostic | undefined {
  const wrong = (causes: readonly string[]): Diagnostic =>
    diagnostic("no-directory", `\`${path}\` is not a directory`, {
      help: ["name one that exists after `-C`"],
      causes,
      status: 2,
    });
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isDirectory() ? undefined : wrong([]);
  } catch (thrown) {
    return wrong(thrown instanceof Error ? [thrown.message] : []);
  }
}
