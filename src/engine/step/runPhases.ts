import { closeSync, copyFileSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { unreachable } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Derivation, Phase, Run } from "../../derivation/model.ts";
import { workingDirectory, world } from "../../derivation/world.ts";
import type { SandboxInstance } from "../../sandbox/sandbox.ts";
import { checkNames } from "../../store/readTree.ts";
import { installedFiles } from "../../units/layout/unitMessages.ts";
import { interrupted } from "../event.ts";
import { explainFailure } from "../explain/explainFailure.ts";
import { configurationText } from "./configurationText.ts";
import { jobVariables } from "./jobBudget.ts";
import { configuredArgv } from "./ownConfig.ts";
import type { Workplace } from "./runStep.ts";

type Phases = {
  /** The host's directory behind `/build/out`. */
  readonly out: string;
  /** Told each line of Cargo's messages. */
  readonly onMessage: (line: string, run: string) => void;
};

/**
 * Runs the phases of a step in order, up to the first that fails.
 *
 * Errors: `step-failed`; `name-not-utf8`, for what they left in `$out`.
 */
export async function runPhases(
  at: Workplace,
  rooms: SandboxInstance,
  phases: Phases,
): Promise<Result<void>> {
  const messages = new Map<string, string[]>();
  for (const phase of at.step.derivation.phases) {
    const done = await runPhase(at, { phase, rooms, phases, messages });
    if (!done.ok) return done;
  }
  return checkNames(phases.out, "$out/");
}

type Running = {
  readonly phase: Phase;
  readonly rooms: SandboxInstance;
  readonly phases: Phases;
  /** Lines by the name of the run that printed them, for `install`. */
  readonly messages: Map<string, string[]>;
};

async function runPhase(at: Workplace, running: Running): Promise<Result<void>> {
  const { phase, rooms, phases } = running;
  switch (phase.type) {
    case "run":
      return runCommand(at, running, phase);
    case "install":
      return installArtifacts(running.messages.get(phase.from) ?? [], rooms, phases.out);
    case "strip":
      return strip(phases.out, phase.prefixes);
    default:
      return unreachable(phase);
  }
}

function strip(out: string, prefixes: readonly string[]): Result<void> {
  const named = checkNames(out, "$out/");
  return named.ok ? stripPrefixes(out, prefixes) : named;
}

async function runCommand(at: Workplace, running: Running, run: Run): Promise<Result<void>> {
  const { engine, step, log, configuration } = at;
  const lines: string[] = [];
  running.messages.set(run.name, lines);
  const exit = await running.rooms.run({
    argv: configuredArgv(step.derivation, configuration.settings, run.argv),
    cwd: run.cwd ?? workingDirectory(step.derivation),
    env: { ...step.derivation.env, ...jobVariables(engine.jobs.jobs, world.jobs) },
    signal: engine.signal,
    onLine(stream, line) {
      if (stream === "stdout" && run.messages === "cargo" && line.startsWith("{")) {
        lines.push(line);
        running.phases.onMessage(line, run.name);
        return;
      }
      log.write(line);
      if (!isAboutStub(step.derivation, line))
        engine.emit({ type: "output", step: step.derivation.name, line });
    },
  });
  if (!exit.ok) return exit;
  if (exit.value.interrupted) return err(interrupted());
  if (exit.value.status === 0) return ok();
  return err(stepFailed(at, running.rooms, { run, status: exit.value.status }));
}

/** In the dependency layer the project's own packages are empty stubs, which nobody wants to hear of. */
function isAboutStub({ target }: Derivation, line: string): boolean {
  return (
    target?.keep === "dependencies" &&
    /^\s+(?:(?:Compiling|Checking|Documenting) .* \(\/build\/source|Generated \/build\/target\/doc)/.test(
      line,
    )
  );
}

/** What the user is told of a command that failed: why, if the log shows a cause that the sandbox knows. */
function stepFailed(
  at: Workplace,
  rooms: SandboxInstance,
  { run, status }: { run: Run; status: number },
): Diagnostic {
  const { engine, log } = at;
  const step = at.step.derivation;
  const lines = log.lines();
  const output = lines.join("\n");
  const causes = [`\`${run.argv.join(" ")}\` exited with ${status}`];
  const whole = `the whole log: gantry log ${step.name}`;
  const configuration = configurationText(engine);
  const filtered = engine.filteredFile(step, output, configuration);
  if (filtered) return { ...filtered, help: [...filtered.help, whole], causes, log: output };
  const locate = (path: string) => rooms.locate(path);
  const explained = explainFailure({ step, lines, configuration, locate });
  return diagnostic("step-failed", `\`${step.name}\` failed`, {
    causes,
    log: output,
    notes: explained.notes,
    help: [...explained.help, whole],
  });
}

/** Copies what Cargo reported as built to `out`: programs to `bin/`, libraries for other languages to `lib/`. */
function installArtifacts(messages: readonly string[], rooms: SandboxInstance, out: string): Result<void> {
  for (const { directory, file } of installedFiles(messages)) {
    const from = rooms.locate(file);
    if (!from) continue;
    mkdirSync(`${out}/${directory}`, { recursive: true });
    copyFileSync(from, `${out}/${directory}/${basename(file)}`);
  }
  return ok();
}

/**
 * Blanks path prefixes in every file below `directory`, keeping lengths (binaries hold offsets): the second path
 * component of `/build/vendor/serde-1.0.228/…` becomes `/eeeee/…`, and what follows stays readable in a panic's
 * message. Crane does likewise, so that what is deployed names nothing of the machine that built it.
 */
function stripPrefixes(directory: string, prefixes: readonly string[]): Result<void> {
  const needles = prefixes.map((prefix) => ({ from: Buffer.from(prefix), to: blanked(prefix) }));
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    const content = readFileSync(path);
    const places = needles.flatMap(({ from, to }) => placesOf(content, from).map((at) => ({ at, to })));
    if (places.length > 0) overwrite(path, places);
  }
  return ok();
}

function placesOf(content: Buffer, needle: Buffer): number[] {
  const places: number[] = [];
  for (let at = content.indexOf(needle); at !== -1; at = content.indexOf(needle, at + needle.length))
    places.push(at);
  return places;
}

/** Only there: a program of 30 MB takes longer to write than to search. */
function overwrite(path: string, places: readonly { readonly at: number; readonly to: Buffer }[]): void {
  const file = openSync(path, "r+");
  try {
    for (const { at, to } of places) writeSync(file, to, 0, to.length, at);
  } finally {
    closeSync(file);
  }
}

function blanked(prefix: string): Buffer {
  return Buffer.from(prefix.replace(/^\/[^/]+/, (first) => `/${"e".repeat(first.length - 1)}`));
}
