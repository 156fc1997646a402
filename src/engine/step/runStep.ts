import { mkdirSync, readFileSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { byCodeUnit, type Digest } from "../../base/digest.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { tellingOfWait } from "../../fetch/progress.ts";
import type { Observation } from "../../sandbox/observation.ts";
import type { Mount } from "../../sandbox/sandbox.ts";
import type { Waiting } from "../../units/inFlight.ts";
import { cargoSettingsIn } from "../../units/key/cargoSettings.ts";
import type { FoundUnit } from "../../units/openTarget.ts";
import { interrupted } from "../event.ts";
import { type Placement, placingOf, type ResolvedInput } from "../inputs/resolvedInput.ts";
import { keepFailedReport, openStepLog, type StepLog } from "../why/journal.ts";
import { changedInput } from "./changedInput.ts";
import { type Observing, observerFor } from "./observer.ts";
import { runPhases } from "./runPhases.ts";
import { changesOf } from "./sourceChanges.ts";
import type { Engine, PlacedInputs, Step, StepContext, StepOutcome, StepRun } from "./stepContext.ts";
import {
  findUnitsOf,
  graphsOf,
  nothingOfOwn,
  openTargetDirectory,
  type TargetDirectory,
  writableSource,
} from "./targetDirectory.ts";
import { keepsTests, testsOfStep } from "./testsOfStep.ts";

/**
 * Runs a step in the sandbox and keeps its output and its units.
 *
 * Errors: `interrupted`; those of its inputs, of planning, and of `runPhases`; `input-changed`.
 */
export async function runStep(engine: Engine, step: StepRun): Promise<Result<StepOutcome>> {
  // Without namespaces all steps of a store use one directory, one after the other.
  await using _alone = engine.sandbox.level !== "full" ? await onlyStep(engine, step) : undefined;
  for (;;) {
    const ran = await inWorld(engine, step, async (world) => {
      step.onStart();
      engine.emit({ type: "step-started", step: step.derivation.name });
      using log = openStepLog(engine.store, step.key);
      return await runIn({ ...world, log });
    });
    if (!ran.ok) return ran;
    if (!("ended" in ran.value)) return ok(ran.value);
    // Without a job meanwhile: the other step can use it.
    const about = { type: "progress", what: "share", name: step.derivation.name, total: 1 } as const;
    engine.emit({ ...about, done: 0 });
    await endOf(ran.value, engine.signal);
    engine.emit({ ...about, done: 1 });
    step.onStart();
  }
}

/** Excludes the steps of other builds. */
function onlyStep({ store, signal, emit }: Engine, { derivation }: StepRun): Promise<AsyncDisposable> {
  return store.exclusive("none", signal, tellingOfWait(emit, derivation.name, "alone"));
}

/** Waits for another step, or for the signal. */
async function endOf({ ended }: Waiting, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener("abort", stop);
  await Promise.race([ended, stopped]);
  signal.removeEventListener("abort", stop);
}

/**
 * The units of a step, and what the store has of them. What Cargo plans is asked in the step's own world, unless it is
 * known; nothing is compiled or kept.
 *
 * Errors: those of `findUnitsOf`.
 */
export function findUnits(engine: Engine, step: Step): Promise<Result<readonly FoundUnit[]>> {
  return inWorld(engine, unheard(step), (world) => findUnitsOf({ ...world, log: unwritten }));
}

/**
 * Does ahead of time, while the layer of a step is made, what the step would do before it compiles: has Cargo plan. The plan is
 * kept by all that it depends on, so that the step finds what it would have come to itself, and does it itself where that is not
 * there. It takes a job that nobody has at the moment, or does nothing. What goes wrong the step will tell.
 */
export async function prepareStep(engine: Engine, step: Step): Promise<void> {
  // Elsewhere all steps of a store use one directory.
  if (engine.sandbox.level !== "full") return;
  const jobserver = await engine.jobserver();
  using job = jobserver.acquireAtOnce();
  if (!job) return;
  // Why Cargo could not plan is looked for once.
  const asking = { ...engine, filteredFile: async () => undefined };
  await withInputs({ engine: asking, step: unheard(step), jobserver }, (world) =>
    graphsOf({ ...world, log: unwritten }),
  );
}

/** A step of which nobody is told anything. */
function unheard(step: Step): StepRun {
  return { ...step, onStart() {}, onCompile() {}, onNote() {}, onTests() {} };
}

const unwritten: StepLog = { write() {}, flush() {}, message() {}, lines: () => [], [Symbol.dispose]() {} };

/** Puts the inputs of a step on the disk, with a job of those that all share, for as long as `work` takes. */
async function inWorld<T>(
  engine: Engine,
  step: StepRun,
  work: (context: Omit<StepContext, "log">) => Promise<Result<T>>,
): Promise<Result<T>> {
  const jobserver = await engine.jobserver();
  using _job = await jobserver.acquire(engine.signal);
  if (engine.signal.aborted) return err(interrupted());
  return await withInputs({ engine, step, jobserver }, work);
}

/** The same, of a step that has a job. */
async function withInputs<T>(
  { engine, step, jobserver }: Pick<StepContext, "engine" | "step" | "jobserver">,
  work: (context: Omit<StepContext, "log">) => Promise<Result<T>>,
): Promise<Result<T>> {
  const inputs = await placeInputs(step.mounts);
  if (!inputs.ok) return inputs;
  const { mounts: inputMounts, arrived } = inputs.value;
  if (inputMounts.length > manyMounts) keepHeapSmall();
  await using scratch = await engine.store.tempDir("step");
  try {
    return await work({
      ...{ engine, step, jobserver },
      scratch: scratch.path,
      inputs: inputs.value,
      cargoSettings: cargoSettingsIn(inputMounts, step.derivation),
      enter(name, writable) {
        mkdirSync(`${scratch.path}/${name}`);
        const mounts = replaced(inputMounts, writable);
        const scratchPaths = [world.temporary, world.home];
        return engine.sandbox.enter({ mounts, scratch: scratchPaths }, `${scratch.path}/${name}`);
      },
    });
  } finally {
    // What is on its way goes into the store, which may be closed next.
    await arrived.catch(() => undefined);
  }
}

/** With so many crates, planning takes much memory; with fewer, `keepHeapSmall` costs more than it spares. */
const manyMounts = 400;

let isKeptSmall = false;

/**
 * Has V8 collect what is new more often instead of giving it ever more room: planning 1,000 crates takes 50 MB less, and
 * no longer. Until the process ends, since V8 compares its options with those under which it made code. Meanwhile it compiles anew
 * what Node and Gantry have compiled of the modules that are loaded from here on: in a small step, which loads as many, that takes
 * 30 ms.
 */
function keepHeapSmall(): void {
  if (isKeptSmall) return;
  isKeptSmall = true;
  setFlagsFromString("--semi-space-growth-factor=1");
  // What the command line then keeps has to be of the usual options.
  process.prependListener("exit", () => setFlagsFromString("--semi-space-growth-factor=2"));
}

async function runIn(context: StepContext): Promise<Result<StepOutcome | Waiting>> {
  // In a new store it is compiled, while it is found out what else has to be, and units are fetched.
  const isWanted = context.step.derivation.targetDirectory !== undefined;
  const observing = isWanted ? observerOnceArrived(context) : undefined;
  observing?.catch(() => undefined);
  try {
    const opened = await openTargetDirectory(context);
    if (!opened.ok) return opened;
    if (opened.value && "ended" in opened.value) return ok(opened.value);
    using target = opened.value;
    return await runOver(context, target, observing);
  } finally {
    // What compiles it uses the step's directories.
    await observing?.catch(() => undefined);
  }
}

async function observerOnceArrived(context: StepContext): Promise<Observing> {
  const arrived = await context.inputs.arrived;
  // That is told where the step would run.
  return arrived.ok ? observerFor(context) : { unobserved: arrived.error.message };
}

/** Runs a step over its target directory, if it has one. */
async function runOver(
  context: StepContext,
  target: TargetDirectory | undefined,
  observing: Promise<Observing> | undefined,
): Promise<Result<StepOutcome>> {
  const { engine, step, scratch, inputs } = context;
  const arrived = await inputs.arrived;
  if (!arrived.ok) {
    target?.onFailure();
    return arrived;
  }
  const observed = await observingFor(context, target, observing);
  await using tests = await testsOfStep(context, observed.observing);
  const out = `${scratch}/out`;
  mkdirSync(out);
  const instance = context.enter("build", [
    { at: world.out, kind: "writable", directory: out },
    target?.mount ?? emptyTarget(context),
    ...privateSource(context),
    ...(tests ? [tests.mount] : []),
  ]);
  tests?.enter(instance);
  const { onMessage = () => undefined, onLine = () => undefined } = target ?? {};
  const observations: Observation[] = [];
  const leavesNothing = target?.isComplete === true && compilesAsPlanned(step.derivation);
  const ran = leavesNothing
    ? ok()
    : await runPhases(context, instance, {
        ...{ out, onMessage, onLine, env: target?.env ?? {} },
        ...observed,
        onObservation: (observation) => void observations.push(observation),
        ...(tests && { tests }),
      });
  if (tests) step.onTests(tests.decisions);
  const changed = await changedInput(step);
  if (changed) {
    target?.onFailure();
    return err(changed);
  }
  // Also of a step that failed: what was compiled need not be compiled again, and what passed need not run again.
  if (tests) tests.keep(changesOf(instance, writableSource(context)));
  const layer = await target?.keepUnits(instance, observations);
  if (!ran.ok) {
    keepFailedReport(engine.store, step.key, out);
    target?.onFailure();
    return ran;
  }
  const output = await engine.store.addOutput(out);
  return ok({ output, ...(layer && { layer }) });
}

/** Whether a layer runs what was planned for it, over stubs, and nothing that leaves something else, such as a hook. */
function compilesAsPlanned({ mounts, phases, targetDirectory }: Derivation): boolean {
  const sources = [mounts[world.source] ?? []].flat();
  if (!sources.every(({ type }) => type === "dummy-source")) return false;
  const planned = new Set(targetDirectory?.plans.map((plan) => plan.join("\0")));
  return phases.every((phase) => {
    if (phase.type !== "run" || phase.argv[0] !== "cargo" || phase.cwd !== undefined) return false;
    const [, verb = "", option, , ...words] = phase.argv;
    return option === "--message-format" && planned.has([verb, ...words].join("\0"));
  });
}

/** How commands are observed, and whether for what others' scripts do, too, or for that and tests alone. */
async function observingFor(
  context: StepContext,
  target: TargetDirectory | undefined,
  begun: Promise<Observing> | undefined,
) {
  const { wantsObservation = false, compilesOwn = false, wantsActs = false } = target ?? {};
  const observing: Observing =
    wantsObservation || wantsActs || keepsTests(context)
      ? await (begun ?? observerFor(context))
      : { unobserved: nothingOfOwn.gap };
  return { observing, observesSystem: wantsActs, observesOwn: compilesOwn };
}

/** The mounts, and others, each in the place of the one at the same path. */
function replaced(mounts: readonly Mount[], others: readonly Mount[]): Mount[] {
  return [...new Map([...mounts, ...others].map((mount) => [mount.at, mount])).values()];
}

/** Where a step of which no unit is kept may have Cargo build. */
function emptyTarget({ scratch }: StepContext): Mount {
  const directory = `${scratch}/target`;
  mkdirSync(directory);
  return { at: world.targetDirectory, kind: "writable", directory };
}

/**
 * The source as a layer that the step may write to, which is thrown away: Cargo lets build scripts and tests write
 * beside the code, and so does Crane. A dependency layer is for every user of it, so that nothing in it is written to.
 */
function privateSource({ inputs, step, scratch }: StepContext): Mount[] {
  const source = inputs.mounts.find(({ at }) => at === world.source);
  if (step.derivation.targetDirectory?.keep === "dependencies" || source?.kind !== "read-only") return [];
  const [lower, ...more] = source.directories;
  if (more.length > 0 || !statSync(lower).isDirectory()) return [];
  const upper = `${scratch}/source`;
  mkdirSync(upper);
  return [{ at: world.source, kind: "layered", lower, upper }];
}

/** Puts every input on disk and says where it shall appear. */
async function placeInputs(
  inputs: ReadonlyMap<string, readonly ResolvedInput[]>,
): Promise<Result<PlacedInputs>> {
  const arrivals: Promise<Result<void>>[] = [];
  const place = async (at: string, input: ResolvedInput): Promise<Result<PlacementAt[]>> => {
    const begun = input.begin ? await input.begin() : placingOf(await input.place());
    if (!begun.ok) return begun;
    arrivals.push(begun.value.arrived);
    // Whoever waits for it is told.
    begun.value.arrived.catch(() => undefined);
    return ok(begun.value.placements.map((each) => ({ ...each, at: at + each.below })));
  };
  const placing = [...inputs].flatMap(([at, resolved]) => resolved.map((input) => place(at, input)));
  const placed = all(await Promise.all(placing));
  const arrived = Promise.all(arrivals).then((each) => {
    const there = all(each);
    return there.ok ? ok() : there;
  });
  arrived.catch(() => undefined);
  if (!placed.ok) {
    await Promise.allSettled(arrivals);
    return placed;
  }
  const parts = placed.value.flat();
  const byPath = new Map<string, string[]>();
  const contents = new Map<string, Digest>();
  for (const part of parts) {
    byPath.set(part.at, [...(byPath.get(part.at) ?? []), part.directory]);
    if (part.digest) contents.set(part.at, part.digest);
  }
  const mounts = [...byPath].sort(([a], [b]) => byCodeUnit(a, b)).map(([at, dirs]) => mountOf(at, dirs));
  return ok({
    ...{ mounts, arrived },
    contentAt: (path) => contentAt(contents, path),
    textAt: (path) => textAt(byPath, path),
  });
}

type PlacementAt = Placement & { readonly at: string };

function mountOf(at: string, directories: readonly string[]): Mount {
  const [first = "", ...more] = directories;
  return { at, kind: "read-only", directories: [first, ...more] };
}

function textAt(byPath: ReadonlyMap<string, readonly string[]>, path: string): string | undefined {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const directories = byPath.get(path.slice(0, end)) ?? [];
    const files = directories.map((directory) => directory + path.slice(end));
    const file = files.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
    if (file !== undefined) return readFileSync(file, "utf8");
  }
  return undefined;
}

/** Walks up from the path, since a crate's root is at most a few directories above any of its files. */
function contentAt(contents: ReadonlyMap<string, Digest>, path: string): Digest | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    const digest = contents.get(path.slice(0, end));
    if (digest) return digest;
  }
  return undefined;
}
