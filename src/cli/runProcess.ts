import { readlinkSync, statSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { endingSignals } from "../base/processes.ts";
import { err, type Result } from "../base/result.ts";
import { systemError } from "../base/systemError.ts";
import type { Ask, Command, CommandOutcome, Exec, GlobalOptions } from "../command/command.ts";
import { type CommandEntry, commands, type OutputOptions } from "./commands.ts";
import { version } from "./help.ts";
import { type Invocation, parseCommandLine } from "./parseCommandLine.ts";
import { humanReporter } from "./reporter/human.ts";
import { jsonReporter } from "./reporter/json.ts";
import { plainReporter } from "./reporter/plain.ts";
import { renderDiagnostic } from "./reporter/renderDiagnostic.ts";
import type { Reporter, ReporterContext, Sink } from "./reporter/reporter.ts";
import { paint as painter, wantsColor } from "./reporter/text.ts";
import { drain, leave, standardSink } from "./streams.ts";

/**
 * Runs the command line of this process and exits with its status; does not return. Tests bring other
 * commands.
 *
 * This folder: the process (this file), the words (`parseCommandLine.ts`, by the table `commands.ts`), help and
 * completions, the two streams and the end (`streams.ts`), and what is shown (`reporter/`). Only here is anything printed,
 * is the process ended, and are its arguments read.
 */
export async function runProcess(entries: readonly CommandEntry[] = commands): Promise<never> {
  const out = standardSink(process.stdout);
  const err = standardSink(process.stderr);
  let close = (): void => undefined;
  let isEnding = false;
  const end = (status: number): never => {
    isEnding = true;
    return leave(status);
  };
  const colors = wantsColor("auto", process.env, process.stderr.isTTY === true);
  const show = (report: Diagnostic): void =>
    err.write(`${renderDiagnostic(report, { level: "error", paint: painter(colors) })}\n`);
  process.on("exit", (status) => {
    close();
    if (isEnding) return;
    const isOwn = status === unsettled;
    if (isOwn) err.write(bugReport(new Error("nothing is left to wait for"), colors));
    else show(endedByOthers());
    process.exitCode = isOwn ? 101 : 2;
  });
  const fail = async (error: unknown): Promise<never> => {
    close();
    const stray = await ofConfiguration(error);
    if (stray) show(stray);
    else err.write(bugReport(error, colors));
    return end(stray ? 2 : 101);
  };
  process.on("uncaughtException", (error) => void fail(error));
  const interruption = onInterrupt(end);
  // Last, since Node makes the stream of standard input with the first look at it, which takes 2 ms.
  const isAttended = !process.env.CI && process.stderr.isTTY === true && process.stdin.isTTY === true;
  try {
    const { status, exec } = await runCommandLine(entries, process.argv.slice(2), {
      out,
      err,
      from: startingDirectory(),
      env: process.env,
      terminal: { out: process.stdout.isTTY === true, err: process.stderr.isTTY === true },
      now: () => performance.now(),
      signal: interruption.signal,
      self: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
      input: () => process.stdin,
      ...(isAttended && { ask: askAtTerminal(interruption.signal) }),
      onClose: (leave) => {
        close = leave;
      },
    });
    await drain(process.stdout);
    await drain(process.stderr);
    const lost = out.failure();
    if (lost !== undefined) {
      show(outputLost(lost));
      end(1);
    }
    // Heard until the end: what is done is not undone by a signal that comes then.
    if (exec === undefined) return end(status);
    interruption.stop();
    const { becomeProgram } = await import("./becomeProgram.ts");
    return end(await becomeProgram(exec, err));
  } catch (error) {
    return fail(error);
  }
}

/** What an exception means that comes from a configuration which was read before, as from a timer of it. */
async function ofConfiguration(error: unknown): Promise<Diagnostic | undefined> {
  if (!(error instanceof Error && error.stack?.includes("gantry.config.ts?read="))) return undefined;
  const { strayFailure } = await import("../project/configuration/configurationFailure.ts");
  return strayFailure(error, startingDirectory());
}

/** Node's exit status where a promise that the program waits for never settles. */
const unsettled = 13;

/** Gantry ends its process in one place. The only other code in it is that of a configuration, and what it imports. */
function endedByOthers(): Diagnostic {
  return diagnostic("configuration-exit", "the configuration ended the process before the command was done", {
    help: ["look for `process.exit` in `gantry.config.ts` and in what it imports"],
    status: 2,
  });
}

/** The working directory. One that was removed meanwhile has no path any more; Linux still knows what it was. */
function startingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return readlinkSync("/proc/self/cwd");
  }
}

/** What of a process a command line uses. */
type ProcessContext = {
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
  /** How this program is started. */
  readonly self: readonly [string, ...string[]];
  readonly input: () => NodeJS.ReadableStream;
  /** Absent where nobody can be asked. */
  readonly ask?: Ask;
  /** Is told how to leave the terminal as it was, should the process end early. */
  readonly onClose: (close: () => void) => void;
};

/** How the process is to end: with a status, or as another program. */
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
  context: ProcessContext,
): Promise<Exit> {
  const { out, err: error, from, env, terminal } = context;
  const look = { colors: wantsColor("auto", env, terminal.out), columns: out.columns() };
  const invocation = await parseCommandLine(entries, words, { from, look });
  if (!invocation.ok) {
    const colors = wantsColor("auto", env, terminal.err);
    error.write(`${renderDiagnostic(invocation.error, { level: "error", paint: painter(colors) })}\n`);
    return { status: invocation.error.status };
  }
  if (invocation.value.type === "run") return runCommand(invocation.value, context);
  out.write(invocation.value.text);
  return { status: 0 };
}

type Run = Extract<Invocation, { type: "run" }>;

async function runCommand(
  { name, command, global, output, args }: Run,
  context: ProcessContext,
): Promise<Exit> {
  const { signal, onClose, self, input } = context;
  const reporter = chooseReporter(output, context, {
    command: name,
    project: global.cwd,
    verbosity: global.verbosity,
  });
  onClose(reporter.close);
  let result: Result<CommandOutcome>;
  try {
    const unusable = unusableDirectory(global.cwd);
    const ask = output.logFormat === "json" ? undefined : context.ask;
    const options = { ...global, ...command.read(args), signal, self, input, ...(ask && { ask }) };
    result = unusable
      ? err(unusable)
      : await outcomeOf(command, () => command.run(options, reporter.event), options);
  } finally {
    reporter.close();
  }
  if (!result.ok) {
    reporter.finish({ error: result.error, finished: undefined, outputs: {} });
    return { status: signal.aborted ? 130 : result.error.status };
  }
  const { stdout, status = 0, finished, outputs = {}, exec } = result.value;
  const lines = stdout === undefined || stdout.endsWith("\n") ? stdout : `${stdout}\n`;
  reporter.finish({ error: undefined, finished, outputs, result: stdout === "" ? undefined : lines });
  return { status, ...(exec && { exec }) };
}

type Subject = { readonly command: string; readonly project: string; readonly verbosity: number };

/** The reporter that was asked for; else a live one on a terminal, and lines everywhere else, as in CI. */
function chooseReporter(
  { color, logFormat }: OutputOptions,
  { env, out, err: error, now, terminal, signal }: ProcessContext,
  subject: Subject,
): Reporter {
  const reporterContext: ReporterContext = {
    out,
    err: error,
    now,
    colors: wantsColor(color, env, terminal.err),
    verbosity: subject.verbosity,
    signal,
  };
  if (logFormat === "json") return jsonReporter(reporterContext, subject);
  const live = terminal.err && env.TERM !== "dumb" && (logFormat === "human" || !env.CI);
  return live && logFormat !== "plain" ? humanReporter(reporterContext) : plainReporter(reporterContext);
}

/**
 * Runs a command. What the operating system refuses on the way becomes a diagnostic here. Whatever fails after
 * the command was told to stop is a consequence of that, would only mislead, and is told as `interrupted`.
 */
async function outcomeOf(
  { doing, interrupted }: Command,
  run: () => Promise<Result<CommandOutcome>>,
  { signal, store }: Pick<GlobalOptions, "signal" | "store">,
): Promise<Result<CommandOutcome>> {
  try {
    const result = await run();
    if (result.ok) return result;
    await hearSignals();
    if (signal.aborted) return err(stopped(interrupted));
    const { lostBeneath } = await import("../store/care/storeLost.ts");
    return err(lostBeneath(result.error, await rootOf(store)) ?? result.error);
  } catch (thrown) {
    await hearSignals();
    if (signal.aborted) return err(stopped(interrupted));
    const { storeLost } = await import("../store/care/storeLost.ts");
    const root = await rootOf(store);
    const failure = storeLost(thrown, root) ?? systemError(thrown, doing, { store: root });
    if (failure) return err(failure);
    throw thrown;
  }
}

async function rootOf(store: string | undefined): Promise<string> {
  return store ?? (await import("../store/openStore.ts")).defaultStore(process.env);
}

/**
 * Lets a signal that has come be told. Ctrl-C also reaches programs that the process waits for without hearing anything, such as
 * `mkfifo`: that they failed is known first.
 */
async function hearSignals(): Promise<void> {
  // Of those that come while others are told, the next turn tells.
  for (let turn = 0; turn < 2; turn++) await setImmediate();
}

function stopped(note = "what was finished is kept, and the next build goes on from there"): Diagnostic {
  return diagnostic("interrupted", "interrupted", { notes: [note] });
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
    const entry = statSync(path, { throwIfNoEntry: false });
    return entry?.isDirectory() ? undefined : wrong([]);
  } catch (thrown) {
    return wrong(thrown instanceof Error ? [thrown.message] : []);
  }
}

/**
 * The first Ctrl-C (or SIGTERM, or a terminal that closes) asks what runs to stop; the second ends the
 * process at once, with status 130. What a killed process leaves behind is the store's affair: it is always
 * whole.
 */
function onInterrupt(end: (status: number) => never): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) end(130);
    controller.abort();
  };
  for (const name of endingSignals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of endingSignals) process.off(name, interrupt);
    },
  };
}

/**
 * Questions on the terminal that standard input and standard error are. What asks is loaded with the first question.
 *
 * @param signal ends the asking
 */
function askAtTerminal(signal: AbortSignal): Ask {
  // A terminal that nobody told its size says 0, and what asks would write one letter a line.
  if (process.stderr.columns === 0) Object.assign(process.stderr, { columns: 80, rows: 24 });
  const common = { input: process.stdin, output: process.stderr, signal } as const;
  return {
    async choose(message, choices) {
      const { isCancel, multiselect } = await import("@clack/prompts");
      const options = choices.map(({ value, hint }) => ({ value: String(value), label: value, hint }));
      const initialValues = choices.map(({ value }) => String(value));
      const chosen = await multiselect({ ...common, message, options, initialValues, required: false });
      if (isCancel(chosen)) return undefined;
      return choices.flatMap(({ value }) => (chosen.includes(value) ? [value] : []));
    },
    async confirm(message) {
      const { confirm, isCancel } = await import("@clack/prompts");
      const answer = await confirm({ ...common, message, initialValue: false });
      return isCancel(answer) ? undefined : answer;
    },
  };
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

function outputLost({ message }: Error): Diagnostic {
  return diagnostic("output-lost", "standard output could not be written to", { causes: [message] });
}
