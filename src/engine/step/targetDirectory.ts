import { lstatSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { diagnostic } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { workingDirectory } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import { hostTriple } from "../../fetch/toolchain/findToolchain.ts";
import type { Observation } from "../../sandbox/observation.ts";
import type { Mount, SandboxInstance } from "../../sandbox/sandbox.ts";
import type { Waiting } from "../../units/inFlight.ts";
import { environmentOf, type StepEnvironment, type UnitEnvironment } from "../../units/key/environment.ts";
import type { LocalFiles } from "../../units/key/localSource.ts";
import { restoreRustcInfo, rustcAnswers } from "../../units/layout/rustcInfo.ts";
import { sharedFiles } from "../../units/layout/sharedFiles.ts";
import { type FoundUnit, openTarget, type TargetContext, type TargetUnits } from "../../units/openTarget.ts";
import { openWholeLayer, type WholeLayer } from "../../units/openWholeLayer.ts";
import { manifestsOfUnits } from "../../units/why/askedBy.ts";
import { environmentChange, recordEnvironments } from "../../units/why/environmentChange.ts";
import type { UnitHistory, UnitReason } from "../../units/why/unitHistory.ts";
import { missingLinker } from "../explain/missingLinker.ts";
import type { SharedCache } from "../shared/sharedCache.ts";
import { lastBuilt } from "../why/journal.ts";
import { changesOf } from "./sourceChanges.ts";
import type { KeptLayer, StepContext } from "./stepContext.ts";
import { askingKey, unitGraphs } from "./unitGraphs.ts";

/** `/build/target` of one running step. Others may wait for what it compiles, until it is disposed. */
export type TargetDirectory = Disposable & {
  readonly mount: Mount;
  /** Variables for Cargo, beside those of the step. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it has to be known what commands do to files: more than rustc reads them for what is compiled, and kept. */
  readonly wantsObservation: boolean;
  /** Whether something of the project's own is compiled, and kept. */
  readonly compilesOwn: boolean;
  /** Whether it has to be known what others' build scripts and macros do. */
  readonly wantsActs: boolean;
  /** All units that a layer keeps are there: to compile its stubs would leave nothing. */
  readonly isComplete: boolean;
  /** Takes a line of Cargo's messages. */
  readonly onMessage: (line: string) => void;
  /** Takes a line that commands print besides, without colours. */
  readonly onLine: (line: string) => void;
  /** Keeps the units that are complete. The observations are those of the step's commands, in order. */
  readonly keepUnits: (instance: SandboxInstance, observations: readonly Observation[]) => Promise<KeptLayer>;
  /** Tells how each unit ended that had to be compiled, after a step that failed or was stopped. */
  readonly onFailure: () => void;
};

/**
 * Opens `/build/target` of a step: lays down what of its units is known, and says which have to be compiled; undefined
 * for a step without one. Where Cargo prints no unit graph, Cargo itself judges what is fresh. Nothing is laid down where another
 * step compiles much the same: then it is said what to wait for.
 *
 * Errors: those of `unitGraphs`, and those of laying the units down; `linker-missing`.
 */
export async function openTargetDirectory(
  context: StepContext,
): Promise<Result<TargetDirectory | Waiting | undefined>> {
  if (!context.step.derivation.targetDirectory) return ok(undefined);
  const planned = await planTarget(context);
  if (!planned.ok) return planned;
  const { environment, graphs, env, asking } = planned.value;
  return graphs
    ? openPlanned(context, environment, { graphs, env, asking })
    : openUnplanned(context, environment);
}

/**
 * The units of a step, and what the store has of them. Nothing is compiled.
 *
 * Errors: those of `unitGraphs`; `no-unit-graph`, where Cargo prints none.
 */
export async function findUnitsOf(context: StepContext): Promise<Result<readonly FoundUnit[]>> {
  const planned = await planTarget(context);
  if (!planned.ok) return planned;
  const { environment, graphs } = planned.value;
  if (!graphs) {
    return err(
      diagnostic("no-unit-graph", "the toolchain's Cargo prints no unit graph", {
        notes: ["without one it is not known which units there are"],
      }),
    );
  }
  const opened = await openUnits(context, environment, graphs);
  return opened.ok ? ok(opened.value.units) : opened;
}

/** What Cargo plans for a step: no graphs, where it prints none. */
type TargetPlan = {
  readonly environment: StepEnvironment;
  /** What Cargo printed for each of the step's invocations. */
  readonly graphs: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** See `askingKey`. */
  readonly asking: Digest;
};

/**
 * What Cargo prints for each of a step's invocations, see `unitGraphs`: the step, when it is opened, finds the same.
 *
 * Errors: those of `unitGraphs`.
 */
export function graphsOf(context: StepContext): Promise<Result<readonly string[] | undefined>> {
  const { plans = [] } = context.step.derivation.targetDirectory ?? {};
  return unitGraphs(context, plans, environmentIn(context, {}));
}

/** The environments of a step's units, with variables beside those of the step. */
function environmentIn(
  { engine, step, cargoSettings }: StepContext,
  env: Readonly<Record<string, string>>,
  answers?: Digest,
): StepEnvironment {
  const derivation = { ...step.derivation, env: { ...step.derivation.env, ...env } };
  const about = { settings: cargoSettings, sandbox: engine.sandbox.identity, ...(answers && { answers }) };
  const environment = environmentOf({ ...step, derivation, ...about });
  recordEnvironments(engine.store.records, environment.parts);
  return environment;
}

async function planTarget(context: StepContext): Promise<Result<TargetPlan>> {
  const { engine, step } = context;
  const { plans = [], keep } = step.derivation.targetDirectory ?? {};
  const unanswered = environmentIn(context, {});
  const graphs = await unitGraphs(context, plans, unanswered);
  if (!graphs.ok) return graphs;
  const asking = askingKey(step, unanswered);
  const { hasOtherCompiler } = unanswered;
  const answers = hasOtherCompiler ? (rustcAnswers(engine.store.records, asking) ?? asking) : undefined;
  const environmentWith = (env: TargetPlan["env"]) => environmentIn(context, env, answers);
  const shared = sharedFiles(graphs.value ?? []);
  if (shared.length === 0)
    return ok({ environment: environmentWith({}), graphs: graphs.value, env: {}, asking });
  const note = `Cargo compiles \`${shared.join("`, `")}\` more than once into one file: Gantry has it give each a name of its own`;
  // The layer below has stubs in the place of the project.
  if (keep === "all") engine.emit({ type: "note", text: note });
  step.onNote(note);
  return ok({ environment: environmentWith(ownNames), graphs: graphs.value, env: ownNames, asking });
}

/**
 * Has Cargo put the hash of a unit into the name of a `cdylib`, too, as of all other libraries (1.95). Rust's own build
 * has used it for ten years.
 */
const ownNames = { __CARGO_DEFAULT_LIB_METADATA: "gantry" };

type Planned = {
  /** What Cargo printed for each of the step's invocations. */
  readonly graphs: readonly string[];
} & Pick<TargetPlan, "env" | "asking">;

async function openUnits(
  context: StepContext,
  { own, local, codeVariables, hasOtherPrograms, hasPlatformSettings }: StepEnvironment,
  graphs: readonly string[],
): Promise<Result<TargetUnits>> {
  const { engine, step, inputs } = context;
  const { shared, observesActs, rebuild } = engine;
  const { targetDirectory } = step.derivation;
  return openTarget(engine.store, graphs, {
    environment: dependencyEnvironment(context, own),
    own,
    localEnvironment: local,
    ...{ hasOtherPrograms, hasPlatformSettings, keyedFiles: keyedFiles(context) },
    workspace: step.derivation.workspace ?? "",
    invocations: targetDirectory?.plans ?? [],
    // A hook may lead Cargo elsewhere than to a workspace.
    manifest: inputs.textAt(`${workingDirectory(step.derivation)}/Cargo.toml`) ?? "",
    contentOf: inputs.contentAt,
    arrived: inputs.arrived,
    local: targetDirectory?.keep === "all" ? localFiles(context, codeVariables) : undefined,
    restore: restoredBy(context),
    history: historyOf(context),
    ...(shared && !rebuild && { bring: bringer(shared, observesActs) }),
  });
}

/** Brings units that the store lacks; what their scripts and macros did comes with them, where it has to be known. */
function bringer(shared: SharedCache, wantsActs: boolean): NonNullable<TargetContext["bring"]> {
  return (names) => {
    const acts = names.flatMap(({ kind, key }) =>
      kind === "unit" ? [{ kind: "unit-acts", key } as const] : [],
    );
    return shared.bring(wantsActs ? [...names, ...acts] : names);
  };
}

async function openPlanned(
  context: StepContext,
  stepEnvironment: StepEnvironment,
  { graphs, env, asking }: Planned,
): Promise<Result<TargetDirectory | Waiting>> {
  const { engine, step } = context;
  const { name, targetDirectory } = step.derivation;
  const { own } = stepEnvironment;
  const environment = dependencyEnvironment(context, own);
  const opened = await openUnits(context, stepEnvironment, graphs);
  if (!opened.ok) return opened;
  const units = opened.value;
  const at = placeOf(context);
  const { linkedFor: platforms } = units;
  const { settings } = context.cargoSettings;
  const unlinked = missingLinker({ derivation: step.derivation, settings, platforms, host: hostTriple() });
  if (unlinked) return err(unlinked);
  const compiling = engine.inFlight.begin(units.wanted);
  if ("ended" in compiling) return ok(compiling);
  step.onCompile(units.compiled);
  const start = performance.now();
  const lower = await units.restore();
  // For profilers and benchmarks, which observe it from outside.
  performance.measure("restore", { start });
  if (!lower.ok) {
    compiling[Symbol.dispose]();
    return lower;
  }
  const mount = mountOver(lower.value, context);
  restoreRustcInfo(engine.store.records, asking, mount.upper);
  const { total, missing } = units;
  const { jobs } = context.jobserver;
  engine.emit({ type: "plan", step: name, units: total, restored: units.restored.length, missing, jobs });
  for (const { key, ...unit } of units.restored) {
    const status = engine.shared?.has({ kind: "unit", key }) ? "fetched" : "restored";
    engine.emit({ type: "unit", step: name, status, ...unit });
  }
  const wantsObservation = units.compilesOwn || units.runsActors;
  return ok({
    ...{ mount, env, [Symbol.dispose]: () => compiling[Symbol.dispose]() },
    wantsObservation,
    compilesOwn: units.compilesOwn,
    wantsActs: engine.observesActs && units.runsActors,
    isComplete: targetDirectory?.keep === "dependencies" && missing.length === 0,
    onMessage(line) {
      const compiled = units.onMessage(line.replaceAll(`${at}/`, `${world.targetDirectory}/`));
      if (compiled?.mode === "run-custom-build")
        engine.emit({ type: "script-ran", step: name, package: compiled.package, version: compiled.version });
      else if (compiled) engine.emit({ type: "unit", step: name, status: "compiled", ...compiled });
    },
    onLine: units.onLine,
    onFailure: () => step.onCompile(units.broken()),
    async keepUnits(instance, observations) {
      const locate = (path: string) => instance.locate(`${at}/${path}`);
      const seen = wantsObservation ? observations : [nothingOfOwn];
      const observed = { ...changesOf(instance, writableSource(context)), observations: seen };
      const kept = await units.capture(instance.written(at), {
        ...{ locate, observed, acted: engine.observesActs ? observations : undefined },
        // Of what no mount shows nobody can say.
        exists: (path) => !isMounted(path) || instance.locate(path) !== undefined,
      });
      const { trees, differing, missed, acts } = kept;
      if (acts) engine.store.records.set("step-acts", step.key, acts);
      return { digest: digestOf(canonical(trees)), environment, differing, missed };
    },
  });
}

function placeOf({ step }: StepContext): string {
  return step.derivation.targetDirectory?.at ?? world.targetDirectory;
}

/** As far as the project's own units are concerned, of which none is to be compiled. */
export const nothingOfOwn = {
  tasks: [],
  unattributed: [],
  gap: "nothing of the project was to be compiled",
} as const satisfies Observation;

function isMounted(path: string): boolean {
  return [world.source, world.vendor].some((each) => path.startsWith(`${each}/`));
}

/** What the step writes goes to a directory of its own, since what lies below is the store's. */
function mountOver(lower: string, context: StepContext) {
  const upper = `${context.scratch}/upper`;
  mkdirSync(upper);
  return { at: placeOf(context), kind: "layered", lower, upper } as const;
}

/** Units of a layer below are found under the environment that they were compiled in, which is the layer's. */
function dependencyEnvironment({ step }: StepContext, own: UnitEnvironment): UnitEnvironment {
  return step.layer?.environment ?? own;
}

/** The project's own files, as a step sees them; undefined where several directories lie at one place. */
export function localFiles(
  { inputs, step }: Pick<StepContext, "inputs" | "step">,
  variables: Readonly<Record<string, string>>,
): LocalFiles | undefined {
  const source = inputs.mounts.find((mount) => mount.at === world.source);
  const files = step.mounts.get(world.source)?.[0]?.files;
  if (!files || source?.kind !== "read-only") return undefined;
  const placeOf = (path: string) => `${source.directories[0]}/${path}`;
  return {
    files,
    textOf: (path) => readFileSync(placeOf(path), "utf8"),
    sizeOf: (path) => statSync(placeOf(path)).size,
    contentAt: inputs.contentAt,
    workspace: step.derivation.workspace,
    variables,
  };
}

/** See `TargetContext`. Of several directories that lie at one place, each has settings. */
function keyedFiles(context: StepContext): ReadonlySet<string> {
  const source = sourceDirectory(context);
  const named = source === undefined ? [] : Object.keys(context.cargoSettings.files);
  const isFile = (path: string) =>
    lstatSync(`${source}/${path}`, { throwIfNoEntry: false })?.isFile() === true;
  return new Set(named.filter(isFile));
}

/** The host's directory with the source, if the step may write over it, see `privateSource`. */
export function writableSource(context: StepContext): string | undefined {
  const isLayered = context.step.derivation.targetDirectory?.keep === "all";
  return isLayered ? sourceDirectory(context) : undefined;
}

/** The host's directory with the source, where it is one. */
function sourceDirectory({ inputs }: StepContext): string | undefined {
  const source = inputs.mounts.find((mount) => mount.at === world.source);
  return source?.kind === "read-only" && source.directories.length === 1 ? source.directories[0] : undefined;
}

/** To run a step again is to compile again what it compiled: all, or what the layer below did not. */
function restoredBy({ engine, step }: StepContext): "everything" | "dependencies" | "nothing" {
  if (!engine.rebuild) return "everything";
  return step.layer ? "dependencies" : "nothing";
}

function historyOf({ engine, step, inputs }: StepContext): UnitHistory {
  const { store, project } = engine;
  const { records } = store;
  const before = lastBuilt(store, { project, step: step.derivation.name });
  return {
    ...{ records, project, step: step.key, before },
    ...(step.change !== undefined && { stepChange: step.change }),
    change: (before, now) => environmentChange(records, before, now),
    manifestOf: manifestsOfUnits(inputs.textAt, workingDirectory(step.derivation)),
  };
}

/**
 * Opens `/build/target` of a step whose Cargo prints no unit graph. It begins with the layer below, or else with the
 * nearest earlier layer of the same environment. Says so, in the output and for `gantry why`.
 */
async function openUnplanned(
  context: StepContext,
  { own }: StepEnvironment,
): Promise<Result<TargetDirectory>> {
  const { engine, step, inputs } = context;
  const { name, targetDirectory } = step.derivation;
  const environment = dependencyEnvironment(context, own);
  const layer = openWholeLayer(engine.store, {
    contentOf: inputs.contentAt,
    from: step.layer?.digest,
    names: [`${engine.project}\n${name}\n${environment.whole}`, environment.whole],
    // What is compiled in another environment than the layer's must not be found under it.
    keepsCompiled: own.whole === environment.whole,
    rebuild: engine.rebuild,
  });
  const note = noteOf(name, layer);
  engine.emit({ type: "note", text: note });
  step.onNote(note);
  const lower = await layer.restore();
  if (!lower.ok) return lower;
  const compiled: UnitReason[] = [];
  return ok({
    ...{ mount: mountOver(lower.value, context), env: {}, [Symbol.dispose]() {} },
    ...{ wantsObservation: false, compilesOwn: false, wantsActs: false },
    isComplete: false,
    onMessage(line) {
      const unit = layer.onMessage(line);
      if (!unit || (targetDirectory?.keep === "dependencies" && unit.own)) return;
      const { own: isOwn, status, ...unitName } = unit;
      engine.emit({ type: "unit", step: name, status, ...unitName });
      if (status === "compiled") compiled.push({ ...unitName, reason: isOwn ? always : notFresh });
      step.onCompile(compiled);
    },
    onLine: () => {},
    // Only those that were finished are known.
    onFailure: () => {},
    async keepUnits(instance) {
      const at = placeOf(context);
      const digest = await layer.capture(instance.written(at), (path) => instance.locate(`${at}/${path}`));
      return { digest, environment, differing: [], missed: [] };
    },
  });
}

const always = "without a unit graph the project's own packages are compiled each time";
const notFresh = "Cargo did not find it fresh in the layer that the step began with";

function noteOf(step: string, { offered }: WholeLayer): string {
  const below = offered.from === "below" ? "the layer below" : "the nearest earlier layer";
  const units = offered.units === 1 ? "1 unit" : `${offered.units} units`;
  const begins = offered.units > 0 ? `${below}, ${units}` : "nothing";
  return `the toolchain's Cargo prints no unit graph: \`${step}\` begins with ${begins}`;
}
