import { copyFileSync, mkdirSync } from "node:fs";
import { basename } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isRecord } from "../../base/digest.ts";
import { unreachable } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseMessage } from "../../cargo/plan/message.ts";
import { textWarnings } from "../../cargo/plan/textWarnings.ts";
import type { Derivation, Phase, Run } from "../../derivation/model.ts";
import { commandOf, workingDirectory } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import type { Observation } from "../../sandbox/observation.ts";
import type { SandboxInstance } from "../../sandbox/sandbox.ts";
import { checkNames } from "../../store/readTree.ts";
import { type Blanking, blankPrefixes } from "../../tree/blankPrefixes.ts";
import { permit } from "../../tree/walk.ts";
import { installedFiles } from "../../units/layout/unitMessages.ts";
import { interrupted } from "../event.ts";
import type { FailedCommand } from "../explain/missedFiles.ts";
import { type KeptTests, runnerSettings } from "../tests/keptTests.ts";
import { shortened } from "../why/logLines.ts";
import { fromRoot, renderedLines, warningMessage } from "../why/warnings.ts";
import { configuredArgv } from "./configuredArgv.ts";
import { jobVariables } from "./jobserver.ts";
import type { Observing } from "./observer.ts";
import type { StepContext } from "./stepContext.ts";
import { nothingOfOwn } from "./targetDirectory.ts";
import { testedPlatforms } from "./testsOfStep.ts";

type Phases = {
  /** The host's directory behind `/build/out`. */
  readonly out: string;
  /** Variables beside those of the step. */
  readonly env: Readonly<Record<string, string>>;
  /** Told each line of Cargo's messages. */
  readonly onMessage: (line: string) => void;
  /** Told each other line that commands print, without colours. */
  readonly onLine: (line: string) => void;
  readonly observing: Observing;
  /** Of what commands use of the system is told, too. */
  readonly observesSystem: boolean;
  /** What was observed may explain a failure: something of the project's own is compiled. */
  readonly observesOwn: boolean;
  /** Told what each command did, well or not. */
  readonly onObservation: (observation: Observation) => void;
  /** Those of a step that keeps their results; absent for others. */
  readonly tests?: KeptTests;
};

/**
 * Runs the phases of a step in order, up to the first that fails, and of those behind it what runs always.
 *
 * Errors: `step-failed`, or what the filter of the source dropped; `interrupted`; `name-not-utf8`, for what they left
 * in `$out`; those of the sandbox.
 */
export async function runPhases(
  context: StepContext,
  instance: SandboxInstance,
  phases: Phases,
): Promise<Result<void>> {
  const running = { context, instance, phases, messages: new Map(), setAside: new Map() } satisfies Running;
  const all = context.step.derivation.phases;
  for (const [at, phase] of all.entries()) {
    const result = await runPhase(running, phase);
    if (!result.ok) return afterFailure(running, all.slice(at + 1), result);
  }
  permit(phases.out);
  return checkNames(phases.out, "$out/");
}

/** Has what tells of a failure tell of it; whether that goes well is nothing beside the failure. */
async function afterFailure(
  running: Running,
  later: readonly Phase[],
  failed: Result<void>,
): Promise<Result<void>> {
  for (const phase of later) {
    if (running.context.engine.signal.aborted) break;
    if (phase.type === "run" && phase.isAlways) await runPhase(running, phase);
  }
  return failed;
}

type Running = {
  readonly context: StepContext;
  readonly instance: SandboxInstance;
  readonly phases: Phases;
  /** Cargo's messages by the name of the run that printed them, for `install`. */
  readonly messages: Map<string, string[]>;
  /** By the path of what is to be installed: a copy of it, as it was before Cargo ran again. */
  readonly setAside: Map<string, string>;
};

async function runPhase(running: Running, phase: Phase): Promise<Result<void>> {
  const { messages, phases } = running;
  switch (phase.type) {
    case "run":
      if (phase.argv[0] === "cargo") setArtifactsAside(running);
      return runCommand(running, phase);
    case "image": {
      const { assembleImage } = await import("../image/assembleImage.ts");
      const { mounts } = running.context.inputs;
      return assembleImage(phase, {
        out: phases.out,
        at: (path) =>
          mounts.flatMap((mount) =>
            mount.at === path && mount.kind === "read-only" ? mount.directories : [],
          ),
      });
    }
    case "install":
      permit(phases.out);
      return installArtifacts(running, messages.get(phase.from) ?? []);
    case "strip": {
      permit(phases.out);
      const names = checkNames(phases.out, "$out/");
      if (names.ok) blankPrefixes(phases.out, blankingOf(running.context, phase.prefixes));
      return names;
    }
    default:
      return unreachable(phase);
  }
}

/** What lies in the step's inputs is blanked where its path begins with a prefix, but not the paths that the source has. */
function blankingOf({ step, inputs }: StepContext, prefixes: readonly string[]): Blanking {
  const mounts = inputs.mounts.filter((mount) => mount.kind === "read-only");
  return {
    prefixes,
    roots: Object.keys(step.derivation.mounts),
    mounts: mounts.map(({ at, directories }) => ({
      ...{ at, directories },
      isPart: inputs.contentAt(at) !== undefined,
    })),
    own: mounts.find(({ at }) => at === world.source)?.directories ?? [],
  };
}

/**
 * Keeps what is to be installed from what Cargo does next: `cargo test` writes programs anew at the same place, with
 * the features that development dependencies ask for.
 */
function setArtifactsAside({ context, instance, messages, setAside }: Running): void {
  for (const phase of context.step.derivation.phases) {
    const lines = phase.type === "install" ? messages.get(phase.from) : undefined;
    for (const { file } of installedFiles(lines ?? [])) {
      const from = instance.locate(file);
      if (!from || setAside.has(file)) continue;
      const copy = `${context.scratch}/set-aside-${setAside.size}`;
      copyFileSync(from, copy);
      setAside.set(file, copy);
    }
  }
}

async function runCommand({ context, instance, phases, messages }: Running, run: Run): Promise<Result<void>> {
  const { engine, step, jobserver, log, cargoSettings } = context;
  const lines: string[] = [];
  messages.set(run.name, lines);
  const { observing } = phases;
  const said = new Set<string>();
  const show = (printed: string, hasPaths = namesFiles(run)): void => {
    const line = hasPaths ? fromRoot(step.derivation, printed) : printed;
    const isHidden = isAboutStub(step.derivation, line) && { isHidden: true as const };
    engine.emit({ type: "output", step: step.derivation.name, line: shortened(line), ...isHidden });
  };
  const { keep } = step.derivation.targetDirectory ?? {};
  const isLayer = keep === "dependencies";
  const warnings = textWarnings(({ lines, isOfBuild, manifests }) => {
    if (isOfBuild && keep === "all") log.message(warningMessage(lines));
    // A layer's manifests have other lines than the user's.
    if (manifests && ((isLayer && manifests.hasPlace) || !isFirst(engine.warned, lines.join("\n")))) return;
    for (const line of lines) show(line, isOfBuild);
  });
  const print = (line: string): void => {
    const plain = stripVTControlCharacters(line);
    log.write(run.messages === "cargo" ? plain : line);
    phases.onLine(plain);
    if (run.argv[0] === "cargo") warnings.line(line, plain);
    else show(line);
  };
  const tests = run.keepsResults ? phases.tests : undefined;
  const runners = tests ? runnerSettings(testedPlatforms(context)) : [];
  const exit = await instance.run({
    ...("observer" in observing && { ...observing, observesSystem: phases.observesSystem }),
    argv: configuredArgv(step.derivation, cargoSettings.settings, run.argv, runners),
    cwd: run.cwd ?? workingDirectory(step.derivation),
    env: { ...step.derivation.env, ...phases.env, ...jobVariables(jobserver.jobs) },
    pipe: jobserver.pipe,
    sparePipe: jobserver.sparePipe,
    signal: engine.signal,
    // Which test program it is whose tests follow, Cargo says on the other stream.
    isMerged: true,
    onPause: log.flush,
    onLine(_, printed) {
      // nextest tells of the runner that it is given, and Cargo of what it started where that did not end well.
      if (tests && printed.startsWith(`info: using target runner \`${world.tests}/`)) return;
      const line = tests ? printed.replaceAll(`\`${world.tests}/run `, "`") : printed;
      // What a test prints may begin with a brace, too.
      if (run.messages === "cargo" && line.startsWith('{"reason":')) {
        phases.onMessage(line);
        if (line.startsWith('{"reason":"build-finished"')) warnings.end();
        const rendered = compilerOutput(line, isLayer);
        if (rendered === undefined) {
          if (line.startsWith('{"reason":"compiler-artifact"')) lines.push(line);
        }
        // Cargo compiles a library twice, for itself and for its tests, and tells its warnings once, too.
        else if (rendered !== "" && isFirst(said, rendered)) {
          warnings.flush();
          log.message(line);
          engine.warned.add(rendered.trimEnd());
          for (const each of renderedLines(rendered)) {
            log.write(stripVTControlCharacters(each));
            show(each);
          }
        }
      } else print(line);
    },
  });
  warnings.flush();
  if (!exit.ok) return exit;
  const observation = exit.value.observation ?? nothingSeen(observing);
  phases.onObservation(observation);
  await tests?.ended(observation, exit.value.status === 0);
  if (exit.value.interrupted) return err(interrupted());
  if (exit.value.status === 0) return ok();
  const { status } = exit.value;
  const explaining = phases.observesOwn ? observation : nothingOfOwn;
  return err(
    await stepFailed(context, instance, { run, status, observation: explaining, ofAll: observation }),
  );
}

/**
 * What a compiler says in a line of Cargo's messages, as people read it; undefined for other messages. Empty for warnings
 * of the project's own packages in a layer, where they are stubs.
 */
function compilerOutput(line: string, isLayer: boolean): string | undefined {
  if (!line.startsWith('{"reason":"compiler-message"')) return undefined;
  const message = parseMessage(line);
  if (message?.type !== "compiler-message") return undefined;
  const { packageId, level, rendered } = message;
  return isLayer && level === "warning" && packageId.includes(`path+file://${world.source}`) ? "" : rendered;
}

/** Formatters name files by absolute paths, and say nothing else of them. */
function namesFiles({ argv: [program, verb] }: Run): boolean {
  return program === "taplo" || (program === "cargo" && verb === "fmt");
}

/** Whether a text was not said before; it is now. */
function isFirst(said: Set<string>, text: string): boolean {
  const { size } = said;
  return said.add(text).size > size;
}

function nothingSeen(observing: Observing): Observation {
  const gap = "unobserved" in observing ? observing.unobserved : "the sandbox did not observe";
  return { tasks: [], unattributed: [], gap };
}

/** In the dependency layer the project's own packages are empty stubs, which nobody wants to hear of. */
function isAboutStub({ targetDirectory }: Derivation, line: string): boolean {
  return (
    targetDirectory?.keep === "dependencies" &&
    /^\s+(?:(?:Compiling|Checking|Documenting) .* \(\/build\/source|Generated \/build\/target\/doc)|^warning: `[^`]+` \(.+\) generated \d/.test(
      line,
    )
  );
}

type FailedRun = { readonly run: Run; readonly status: number } & Pick<
  FailedCommand,
  "observation" | "ofAll"
>;

/** What the user is told of a command that failed: why, if the log shows a cause that the sandbox knows. */
async function stepFailed(
  { engine, step: { derivation: step }, log }: StepContext,
  instance: SandboxInstance,
  { run, status, observation, ofAll }: FailedRun,
): Promise<Diagnostic> {
  const lines = log.lines();
  const output = lines.join("\n");
  const causes = [`\`${commandOf(run).join(" ")}\` exited with ${status}`];
  const whole = `the whole log: gantry log ${step.name}`;
  const filtered = await engine.filteredFile(step, output);
  if (filtered) return { ...filtered, help: [...filtered.help, whole], causes, log: output };
  const { explainFailure } = await import("../explain/explainFailure.ts");
  const { configurationText } = await import("../explain/inConfiguration.ts");
  const configuration = configurationText(engine.configuration);
  const locate = (path: string) => instance.locate(path);
  const ofLog = explainFailure({ step, lines, configuration, locate, observation });
  const isThere = (path: string) => locate(path) !== undefined;
  const ofMissed = await engine.missedBy(step, {
    ...{ observation, ofAll, isThere },
    text: stripVTControlCharacters(output),
    isExplained: ofLog.notes.length > 0,
  });
  return diagnostic("step-failed", `\`${step.name}\` failed`, {
    causes,
    log: namesFiles(run) ? fromRoot(step, output) : output,
    notes: [...ofLog.notes, ...ofMissed.notes],
    help: [...ofLog.help, ...ofMissed.help, whole],
  });
}

/**
 * Copies what Cargo reported as built to `out`: programs to `bin/`, libraries for other programs to `lib/`. A library of a
 * path dependency that is no member of the workspace is not the project's.
 */
async function installArtifacts(running: Running, messages: readonly string[]): Promise<Result<void>> {
  const { instance, phases, setAside } = running;
  const files = installedFiles(messages);
  const libraries = files.filter(({ directory }) => directory === "lib");
  const members = libraries.length > 0 ? await workspaceMembers(running) : undefined;
  if (running.context.engine.signal.aborted) return err(interrupted());
  for (const { directory, file, packageId } of files) {
    if (directory === "lib" && members && !members.has(packageId)) continue;
    const from = setAside.get(file) ?? instance.locate(file);
    if (!from) continue;
    mkdirSync(`${phases.out}/${directory}`, { recursive: true });
    copyFileSync(from, `${phases.out}/${directory}/${basename(file)}`);
  }
  return ok();
}

/** The ids of the workspace's members, as Cargo's messages have them; undefined if this Cargo does not tell. */
async function workspaceMembers({ context, instance }: Running): Promise<ReadonlySet<string> | undefined> {
  const { engine, step, jobserver, cargoSettings } = context;
  const lines: string[] = [];
  const argv = ["cargo", "metadata", "--no-deps", "--format-version", "1"] as const;
  const exit = await instance.run({
    argv: configuredArgv(step.derivation, cargoSettings.settings, argv),
    cwd: workingDirectory(step.derivation),
    env: step.derivation.env,
    sparePipe: jobserver.sparePipe,
    signal: engine.signal,
    onLine: (stream, line) => void (stream === "stdout" && lines.push(line)),
  });
  if (!exit.ok || exit.value.status !== 0) return undefined;
  const metadata: unknown = JSON.parse(lines.join("\n"));
  if (!isRecord(metadata) || !Array.isArray(metadata.workspace_members)) return undefined;
  return new Set(metadata.workspace_members.map(String));
}
