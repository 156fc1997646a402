import type { Digest } from "../../base/digest.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import type { Derivation, Input } from "../../derivation/model.ts";
import type { UnitReason } from "../../units/why/unitHistory.ts";
import type { StepStatus } from "../event.ts";
import type { OutputOf, Resolved } from "../inputs/resolvedInput.ts";
import { lastStep, recordLastStep } from "../why/journal.ts";
import { stepReason } from "../why/stepReason.ts";
import { runStep } from "./runStep.ts";
import type { Engine, StepRun } from "./stepContext.ts";
import { stepKey } from "./stepKey.ts";
import {
  notReproducible,
  recordedResult,
  recordResult,
  type StepOutcome,
  type StepResult,
} from "./stepResult.ts";

/** A step that has been realised. */
type Realised = { readonly key: Digest; readonly result: StepResult };

/** Realises derivations: each once, however many others need it, and independent ones at the same time. */
export type Realise = (derivation: Derivation) => Promise<Result<Realised>>;

/**
 * To realise a derivation is to realise its inputs, compute the key from their contents, return the recorded
 * result if there is one, and otherwise run the step and record what came out.
 */
export function realiser(engine: Engine): Realise {
  const begun = new Map<Derivation, Promise<Result<Realised>>>();
  const resolved = new Map<Input, Promise<Result<Resolved>>>();
  const realise: Realise = (derivation) => {
    const running = begun.get(derivation) ?? realiseStep(engine, { derivation, realise, resolve });
    begun.set(derivation, running);
    return running;
  };
  const outputOf: OutputOf = async (step) => {
    const realised = await realise(step);
    return realised.ok ? ok(realised.value.result.output) : realised;
  };
  const resolve = (input: Input): Promise<Result<Resolved>> => {
    const running =
      resolved.get(input) ??
      (input.type === "output" ? output(engine, outputOf, input.of) : engine.resolve(input, outputOf));
    resolved.set(input, running);
    return running;
  };
  return realise;
}

type Step = {
  readonly derivation: Derivation;
  readonly realise: Realise;
  readonly resolve: (input: Input) => Promise<Result<Resolved>>;
};

async function realiseStep(engine: Engine, step: Step): Promise<Result<Realised>> {
  const { derivation } = step;
  const layer = derivation.targetDirectory?.layer
    ? await step.realise(derivation.targetDirectory.layer)
    : undefined;
  if (layer && !layer.ok) return layer;
  const mounts = await resolveMounts(step);
  if (!mounts.ok) return mounts;
  const from = layer?.value.result.layer;
  const key = stepKey(derivation, {
    mounts: Object.fromEntries(
      [...mounts.value].map(([at, inputs]) => [at, inputs.map((input) => input.digest)]),
    ),
    ...(from && { layer: from.digest }),
    sandbox: engine.sandbox.identity,
  });
  const name = derivation.name;
  const of = { project: engine.project, step: name };
  const cached = () => {
    const result = engine.rebuild ? undefined : recordedResult(engine.store, key);
    if (!result) return undefined;
    if (!lastStep(engine.store, of)) recordLastStep(engine.store, of, key);
    engine.emit({ type: "step", step: name, status: "cached", key, seconds: 0 });
    engine.note({ step: name, status: "cached", units: [] });
    return ok({ key, result });
  };
  // Twice: another process may be running this very step, and have recorded it by the time we get the lock.
  const before = cached();
  if (before) return before;
  await using _lock = await engine.store.exclusive(`step ${key}`, engine.signal);
  const meanwhile = cached();
  if (meanwhile) return meanwhile;
  const made = { derivation, mounts: mounts.value, layer: from?.digest };
  const reason = engine.rebuild
    ? "`--rebuild` was asked for"
    : stepReason(engine.store.records, `${of.project}\n${name}`, made);
  let units: readonly UnitReason[] = [];
  let told: string | undefined;
  const started = performance.now();
  const ran = await runAndCompare(engine, {
    derivation,
    key,
    mounts: mounts.value,
    ...(from && { from }),
    onCompile: (reasons) => {
      units = reasons;
    },
    onNote: (text) => {
      told = text;
    },
  });
  const seconds = (performance.now() - started) / 1000;
  engine.emit({ type: "step", step: name, status: statusOf(ran), key, seconds });
  engine.note({
    step: name,
    status: statusOf(ran),
    reason,
    units,
    ...(told !== undefined && { note: told }),
  });
  if (!ran.ok) return ran;
  const result = resultOf(ran.value, seconds);
  recordResult(engine.store, key, result);
  return ok({ key, result });
}

type Ran = Result<StepOutcome>;

function resultOf({ output, layer }: StepOutcome, seconds: number): StepResult {
  if (!layer) return { output, seconds };
  return { output, layer: { digest: layer.digest, environment: layer.environment }, seconds };
}

/** Runs a step; one that is recorded, and runs only for `--rebuild`, has to leave what it left then. */
async function runAndCompare(engine: Engine, step: StepRun): Promise<Ran> {
  const { store, project } = engine;
  const name = step.derivation.name;
  const before = engine.rebuild ? recordedResult(store, step.key) : undefined;
  const ran = await runStep(engine, step);
  if (ran.ok || ran.error.code !== "interrupted") recordLastStep(store, { project, step: name }, step.key);
  const problem = ran.ok && notReproducible(store, name, { before, after: ran.value });
  return problem ? err(problem) : ran;
}

function statusOf(ran: Ran): StepStatus {
  if (ran.ok) return "built";
  return ran.error.code === "interrupted" ? "stopped" : "failed";
}

async function resolveMounts(step: Step): Promise<Result<Map<string, Resolved[]>>> {
  const found = await Promise.all(
    Object.entries(step.derivation.mounts).map(
      async ([at, inputs]): Promise<Result<[string, Resolved[]]>> => {
        const list = "type" in inputs ? [inputs] : inputs;
        const resolved = allInputs(await Promise.all(list.map(step.resolve)));
        return resolved.ok ? ok([at, resolved.value]) : resolved;
      },
    ),
  );
  const mounts = allInputs(found);
  return mounts.ok ? ok(new Map(mounts.value)) : mounts;
}

async function output(engine: Engine, outputOf: OutputOf, of: Derivation): Promise<Result<Resolved>> {
  const made = await outputOf(of);
  if (!made.ok) return made;
  const digest = made.value;
  return ok({ digest, place: async () => ok([{ below: "", directory: engine.store.pathOf(digest) }]) });
}

/**
 * The values of all results, or the first error in order. Where several native packages are missing, the others are
 * said along with the first, so that they need not be found one build after the other.
 */
export function allInputs<T>(results: readonly Result<T>[]): Result<T[]> {
  const found = all(results);
  if (found.ok || found.error.code !== "native-missing") return found;
  const errors = results.flatMap((each) => (each.ok ? [] : [each.error, ...(each.error.also ?? [])]));
  const missing = errors.filter(({ code }) => code === "native-missing");
  const [first = found.error, ...also] = new Map(missing.map((one) => [one.message, one])).values();
  return err(also.length > 0 ? { ...first, also } : first);
}
