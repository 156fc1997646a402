import { err, ok, type Result } from "../base/result.ts";
import { unreachable } from "../base/unreachable.ts";
import type { Derivation } from "../derivation/derivation.ts";
import { workingDirectory } from "../derivation/inWorkspace.ts";
import type { Phase, Run } from "../derivation/phase.ts";
import type { Rooms } from "../sandbox/sandbox.ts";
import { checkNames } from "../store/checkNames.ts";
import { installArtifacts } from "./installArtifacts.ts";
import { interrupted } from "./interrupted.ts";
import { jobPipe, jobVariables } from "./jobBudget.ts";
import type { Workplace } from "./runStep.ts";
import { stepFailed } from "./stepFailed.ts";
import { stripPrefixes } from "./stripPrefixes.ts";
import { withOwnConfig } from "./withOwnConfig.ts";

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
export async function runPhases(at: Workplace, rooms: Rooms, phases: Phases): Promise<Result<void>> {
  const messages = new Map<string, string[]>();
  for (const phase of at.step.derivation.phases) {
    const done = await runPhase(at, { phase, rooms, phases, messages });
    if (!done.ok) return done;
  }
  return checkNames(phases.out, "$out/");
}

type Running = {
  readonly phase: Phase;
  readonly rooms: Rooms;
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
    argv: withOwnConfig(step.derivation, configuration.settings, run.argv),
    cwd: run.cwd ?? workingDirectory(step.derivation),
    env: { ...step.derivation.env, ...jobVariables(engine.jobs.jobs, jobPipe) },
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
