import { statSync } from "node:fs";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, type Result } from "../base/result.ts";
import type { CommandOutcome, Exec } from "../command/command.ts";
import type { CommandEntry } from "./commands.ts";
import type { OutputOptions } from "./globalFlags.ts";
import { type Invocation, parseCommandLine } from "./parseCommandLine.ts";
import { humanReporter } from "./reporter/human.ts";
import { jsonReporter } from "./reporter/json.ts";
import { plainReporter } from "./reporter/plain.ts";
import { renderDiagnostic } from "./reporter/renderDiagnostic.ts";
import type { Reporter, Sink, Surroundings } from "./reporter/reporter.ts";
import { paint, wantsColor } from "./reporter/text.ts";

type Exit = { readonly status: number; readonly exec?: Exec };

/**
 * Understands the words after `gantry`, runs the command, and reports: 0 done, 1 it failed, 2 the command
 * line or the configuration is wrong, 130 interrupted.
 *
 * @throws what a command throws, which is a bug in it.
 */
export async function runCommandLine(
  entries: readonly CommandEntry[],
  words: readonly string[],
  around: Around,
): Promise<Exit> {
  const { env, terminal } = around;
  const look = { colors: wantsColor("auto", env, terminal.out), columns: around.out.columns() };
  const invocation = parseCommandLine(entries, words, { from: around.from, look });
  if (!invocation.ok) {
    const colors = wantsColor("auto", env, terminal.err);
    around.err.write(`${renderDiagnostic(invocation.error, { level: "error", paint: paint(colors) })}\n`);
    return { status: invocation.error.status };
  }
  if (invocation.value.type === "run") return runCommand(invocation.value, around);
  around.out.write(invocation.value.text);
  return { status: 0 };
}

type Run = Extract<Invocation, { type: "run" }>;

async function runCommand({ entry, global, output, parsed }: Run, around: Around): Promise<Exit> {
  const reporter = chooseReporter(output, around, {
    command: entry.arguments.name,
    project: global.cwd,
    verbosity: global.verbosity,
  });
  around.onClose(reporter.close);
  const options = { ...global, signal: around.signal };
  let result: Result<CommandOutcome>;
  try {
    const unusable = unusableDirectory(global.cwd);
    result = unusable
      ? err(unusable)
      : await unlessInterrupted(() => entry.run(options, parsed, reporter.event), around.signal);
  } finally {
    reporter.close();
  }
  if (!result.ok) {
    reporter.finish({ error: result.error, finished: undefined, outputs: {} });
    return { status: around.signal.aborted ? 130 : result.error.status };
  }
  const { stdout, status = 0, finished, outputs = {}, exec } = result.value;
  if (stdout !== undefined && stdout !== "") reporter.result(stdout.endsWith("\n") ? stdout : `${stdout}\n`);
  reporter.finish({ error: undefined, finished, outputs });
  return { status, ...(exec && { exec }) };
}

/** Whatever goes wrong once all was told to stop is a consequence of that, and would only mislead. */
async function unlessInterrupted(
  run: () => Promise<Result<CommandOutcome>>,
  signal: AbortSignal,
): Promise<Result<CommandOutcome>> {
  try {
    const result = await run();
    return result.ok || !signal.aborted ? result : err(interrupted);
  } catch (error) {
    if (signal.aborted) return err(interrupted);
    throw error;
  }
}

const interrupted: Diagnostic = diagnostic("interrupted", "interrupted", {
  notes: ["what was finished is kept, and the next build goes on from there"],
});

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

/** The process around the command line, as far as it matters. */
type Around = {
  readonly out: Sink;
  readonly err: Sink;
  readonly from: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: { readonly out: boolean; readonly err: boolean };
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Is told how to leave the terminal as it was, should the process end early. */
  readonly onClose: (close: () => void) => void;
};

type About = { readonly command: string; readonly project: string; readonly verbosity: number };

/** The reporter that was asked for; else a live one on a terminal, and lines everywhere else, as in CI. */
function chooseReporter({ color, logFormat }: OutputOptions, around: Around, about: About): Reporter {
  const { env, out, err, now, terminal } = around;
  const surroundings: Surroundings = {
    out,
    err,
    now,
    colors: wantsColor(color, env, terminal.err),
    verbosity: about.verbosity,
  };
  if (logFormat === "json") return jsonReporter(surroundings, about);
  const live = terminal.err && env.TERM !== "dumb" && (logFormat === "human" || !env.CI);
  return live && logFormat !== "plain" ? humanReporter(surroundings) : plainReporter(surroundings);
}
