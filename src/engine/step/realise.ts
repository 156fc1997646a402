import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import type { Derivation, Input } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { tellingOfWait } from "../../fetch/progress.ts";
import type { FoundUnit } from "../../units/openTarget.ts";
import type { OutputOf, ResolvedInput } from "../inputs/resolvedInput.ts";
import { hasMessages, lastBuilt } from "../why/journal.ts";
import type { Engine, Step, StepResult } from "./stepContext.ts";
import { stepKey } from "./stepKey.ts";

/** A step that has been realised. */
export type Realised = { readonly key: Digest; readonly result: StepResult };

/**
 * Realises derivations: each once, however many others need it, and independent ones at the same time.
 *
 * Errors: those of the inputs and of `buildStep`.
 */
export type Realise = (derivation: Derivation) => Promise<Result<Realised>>;

/**
 * Steps, from a derivation to its recorded result.
 *
 * To realise a derivation is to realise its inputs, compute the key from their contents, return the recorded
 * result if there is one, and otherwise run the step and record what came out.
 */
export function realiser(engine: Engine): Realise {
  return eachOnce(engine, (realising) => realiseStep(engine, realising));
}

/** What finding a recorded result takes: it emits and changes nothing. */
type Looking = Pick<Engine, "store" | "sandbox" | "resolve" | "rebuild" | "nameOf" | "shared">;

/**
 * The same steps, but none is run: gives what is recorded of them.
 *
 * Errors: those of the inputs; `step-not-built` of a step that would have to run.
 */
export function resultFinder(engine: Looking): Realise {
  return eachOnce(engine, async (realising) => {
    const step = await stepWithInputs(engine, realising);
    if (!step.ok) return step;
    const { key, derivation } = step.value;
    if (!recordedResult(engine, key)) await engine.shared?.bring([{ kind: "result", key }]);
    const result = recordedResult(engine, key);
    const isThere = result !== undefined && (await engine.store.changesOf(result.output)).length === 0;
    return isThere
      ? ok({ key, result })
      : err(diagnostic("step-not-built", `\`${derivation.name}\` has not been built`));
  });
}

/**
 * The units of steps, and what the store has of them. Nothing of a step is compiled; the steps that its inputs come from are
 * realised by `realise`, which may run them or not.
 *
 * Errors: those of the inputs, and of `findUnits`.
 */
export function unitFinder(
  engine: Engine,
  realise: Realise,
): (derivation: Derivation) => Promise<Result<readonly FoundUnit[]>> {
  return async (derivation) => {
    const step = await stepWithInputs(engine, {
      derivation,
      realise,
      resolve: resolverWith(engine, realise),
    });
    if (!step.ok) return step;
    const { findUnits } = await import("./runStep.ts");
    return findUnits(engine, step.value);
  };
}

function eachOnce(engine: Looking, realiseOne: (realising: Realising) => Promise<Result<Realised>>): Realise {
  const realised = new Map<Derivation, Promise<Result<Realised>>>();
  const listeners = new Map<Derivation, (() => void)[]>();
  const realise: Realising["realise"] = (derivation, onRun) => {
    if (onRun) listeners.set(derivation, [...(listeners.get(derivation) ?? []), onRun]);
    const tell = () => {
      for (const listener of listeners.get(derivation) ?? []) listener();
    };
    const named = (): Derivation => ({ ...derivation, name: engine.nameOf(derivation) });
    const running =
      realised.get(derivation) ?? realiseOne({ derivation: named(), realise, resolve, onRun: tell });
    realised.set(derivation, running);
    return running;
  };
  const resolve = resolverWith(engine, realise);
  return (derivation) => realise(derivation);
}

function resolverWith(engine: Looking, realise: Realise): Realising["resolve"] {
  const outputOf: OutputOf = async (step) => {
    const of = await realise(step);
    return of.ok ? ok(of.value.result.output) : of;
  };
  return (input) =>
    input.type === "output" ? resolveOutput(engine, outputOf(input.of)) : engine.resolve(input, outputOf);
}

/** The project's own files, and what an image begins with. */
const isFirst: ReadonlySet<Input["type"]> = new Set([
  ...(["source", "dummy-source", "outline", "selected-files", "base-image"] as const),
]);

type Realising = {
  readonly derivation: Derivation;
  /** `onRun` is called when the step begins to run, if it has to and does not yet. */
  readonly realise: (derivation: Derivation, onRun?: () => void) => Promise<Result<Realised>>;
  readonly resolve: (input: Input) => Promise<Result<ResolvedInput>>;
  /** To be called when the step begins to run. */
  readonly onRun: () => void;
};

async function realiseStep(engine: Engine, realising: Realising): Promise<Result<Realised>> {
  const preparing = preparation(engine, realising);
  const step = await stepWithInputs(engine, realising, preparing.begin);
  await preparing.end(step.ok);
  if (!step.ok) return step;
  const { key } = step.value;
  const result = (await cachedResult(engine, step.value)) ?? (await fetchedResult(engine, step.value));
  if (result) return ok({ key, result });
  const failure = engine.failures?.get(key);
  if (failure) {
    engine.emit({ type: "step", step: step.value.derivation.name, status: "failed", key, seconds: 0 });
    return err(failure);
  }
  const { store, signal, emit } = engine;
  const onWait = tellingOfWait(emit, step.value.derivation.name, "turn");
  await using _alone = await store.exclusive(`step ${key}`, signal, onWait);
  // Another process may have been running this very step, and have recorded it in the meantime.
  const meanwhile = await cachedResult(engine, step.value);
  if (meanwhile) return ok({ key, result: meanwhile });
  // What runs steps is loaded only when one has to run.
  const { buildStep } = await import("./buildStep.ts");
  const built = await buildStep(engine, step.value, realising.onRun);
  if (built.ok) return ok({ key, result: built.value });
  // What else ends a step, such as a file that was saved meanwhile, is not told by its key.
  if (built.error.code === "step-failed") engine.failures?.set(key, built.error);
  return built;
}

/** Inputs that are there at once, or that a layer has as well. Others may have steps run. */
const isAtHand: ReadonlySet<Input["type"]> = new Set([
  ...(["source", "vendor", "vendor-config", "toolchain", "base-system", "native"] as const),
  ...(["processor", "files"] as const),
]);

/** What is done for a step while its layer runs, if that has to: see `prepareStep`. */
function preparation(engine: Engine, { derivation, resolve }: Realising) {
  const stop = new AbortController();
  const prepare = async () => {
    const mounts = await resolveMounts(derivation, resolve);
    if (!mounts.ok) return;
    const { prepareStep } = await import("./runStep.ts");
    const signal = AbortSignal.any([engine.signal, stop.signal]);
    await prepareStep({ ...engine, signal }, stepOf(engine, derivation, { mounts: mounts.value }));
  };
  let preparing: Promise<void> | undefined;
  return {
    begin() {
      const inputs = Object.values(derivation.mounts).flat();
      if (!inputs.every(({ type }) => isAtHand.has(type))) return;
      // Whatever it is, the step will meet it.
      preparing ??= prepare().catch(() => undefined);
    },
    /** `isWanted`: the step may run now. */
    async end(isWanted: boolean) {
      if (!isWanted) stop.abort();
      await preparing;
    },
  };
}

async function stepWithInputs(
  engine: Looking,
  { derivation, realise, resolve }: Omit<Realising, "onRun">,
  onLayerRun?: () => void,
): Promise<Result<Step>> {
  const { targetDirectory } = derivation;
  const below = targetDirectory?.layer && (await realise(targetDirectory.layer, onLayerRun));
  if (below && !below.ok) return below;
  const mounts = await resolveMounts(derivation, resolve);
  if (!mounts.ok) return mounts;
  return ok(stepOf(engine, derivation, { mounts: mounts.value, layer: below?.value.result.layer }));
}

function stepOf(
  engine: Looking,
  derivation: Derivation,
  { mounts, layer }: Pick<Step, "mounts"> & { readonly layer?: Step["layer"] | undefined },
): Step {
  const contents = [...mounts].map(([at, inputs]) => [at, inputs.map(({ digest }) => digest)]);
  const key = stepKey(derivation, {
    mounts: Object.fromEntries(contents),
    ...(layer && { layer: layer.digest }),
    sandbox: engine.sandbox.identity,
  });
  return { derivation, key, mounts, ...(layer && { layer }) };
}

async function resolveMounts(
  { mounts }: Derivation,
  resolve: Realising["resolve"],
): Promise<Result<Map<string, ResolvedInput[]>>> {
  // What is wrong with these shall not be told after hundreds of crates were fetched, or compiled.
  for (const input of Object.values(mounts).flat()) {
    if (!isFirst.has(input.type)) continue;
    const own = await resolve(input);
    if (!own.ok) return own;
  }
  const resolved = await Promise.all(
    Object.entries(mounts).map(async ([at, inputs]): Promise<Result<[string, ResolvedInput[]]>> => {
      const list = "type" in inputs ? [inputs] : inputs;
      const contents = allInputs(await Promise.all(list.map(resolve)));
      return contents.ok ? ok([at, contents.value]) : contents;
    }),
  );
  const byPath = allInputs(resolved);
  return byPath.ok ? ok(new Map(byPath.value)) : byPath;
}

async function resolveOutput(
  { store }: Looking,
  output: Promise<Result<Digest>>,
): Promise<Result<ResolvedInput>> {
  const realised = await output;
  if (!realised.ok) return realised;
  const digest = realised.value;
  return ok({ digest, place: async () => ok([{ below: "", directory: store.pathOf(digest) }]) });
}

function recordedResult({ rebuild, store }: Looking, key: Digest): StepResult | undefined {
  return rebuild ? undefined : store.records.get("result", key);
}

/** The recorded result of a step, which counts as its result from here on: it is reported. */
async function cachedResult(engine: Engine, step: Step): Promise<StepResult | undefined> {
  const { derivation, key } = step;
  const { store, project } = engine;
  const result = recordedResult(engine, key);
  if (!result) return undefined;
  const { name } = derivation;
  const changes = await store.changesOf(result.output);
  if (changes.length > 0) {
    engine.emit({ type: "warning", diagnostic: outputChanged(name, changes) });
    return undefined;
  }
  const isAsBefore = lastBuilt(store, { project, step: name }) === key;
  if (!isAsBefore) {
    const { recordBuilt } = await import("../why/stepReason.ts");
    await recordBuilt(engine, step);
  }
  if (engine.repeatsWarnings && compilesOwn(derivation) && hasMessages(store, key)) {
    const { sayAgain } = await import("../why/warnings.ts");
    await sayAgain(engine, { derivation, key });
  }
  const status = engine.shared?.has({ kind: "result", key }) ? "fetched" : "cached";
  engine.emit({ type: "step", step: name, status, key, seconds: 0 });
  if (result.missed) await engine.tellMissed(derivation, result.missed);
  const from = engine.shared?.madeBy({ kind: "result", key });
  const reason = from === undefined ? "its result was in the store" : `its result is ${from}`;
  engine.note({ step: name, status, ...(!(isAsBefore && from === undefined) && { reason }), units: [] });
  return result;
}

/** Whether what is compiled in a step is the project's: in a layer there are stubs of it, and tools are others'. */
function compilesOwn({ mounts, targetDirectory }: Derivation): boolean {
  const source = [mounts[world.source] ?? []].flat();
  return targetDirectory?.keep !== "dependencies" && source.some(({ type }) => type === "source");
}

/** The same of a result that another machine recorded. */
async function fetchedResult(engine: Engine, step: Step): Promise<StepResult | undefined> {
  const { shared, rebuild, observesActs } = engine;
  if (!shared || rebuild) return undefined;
  const { key } = step;
  await shared.bring([
    { kind: "result", key },
    ...(observesActs ? [{ kind: "step-acts", key } as const] : []),
  ]);
  return shared.has({ kind: "result", key }) ? cachedResult(engine, step) : undefined;
}

function outputChanged(step: string, changes: readonly string[]): Diagnostic {
  const files = changes.filter(
    (path) => !changes.some((other) => other.startsWith(`${path}/`)) && path !== ".",
  );
  const shown = files.slice(0, 3);
  const more = files.length > shown.length ? ` and ${files.length - shown.length} more` : "";
  const what = files.length === 0 ? "files came or went" : `${backticked(shown)}${more}`;
  return diagnostic("output-changed", `the output of \`${step}\` was changed, and is built again`, {
    notes: [`in the store, where \`result\` leads to: ${what}`],
    help: ["change a copy: cp -rL result COPY"],
  });
}

/**
 * The values of all results, or the first error in order. The step's own toolchain is told before what Cargo, which rustup
 * starts likewise, says of it. Where several native packages are missing, the others are said along with the first, so that
 * they need not be found one build after the other.
 */
export function allInputs<T>(results: readonly Result<T>[]): Result<T[]> {
  const values = all(results);
  if (values.ok) return values;
  const errors = results.flatMap((each) => (each.ok ? [] : [each.error, ...(each.error.also ?? [])]));
  const toolchain = errors.findLast(({ code }) => code === "toolchain-missing");
  if (toolchain) return err(toolchain);
  if (values.error.code !== "native-missing") return values;
  const missing = errors.filter(({ code }) => code === "native-missing");
  const [first = values.error, ...also] = new Map(missing.map((one) => [one.message, one])).values();
  return err(also.length > 0 ? { ...first, also } : first);
}
