import { diagnostic } from "../../../base/diagnostic.ts";
import { all, err, ok, type Result } from "../../../base/result.ts";
import type { Derivation } from "../../../derivation/model.ts";
import { inputsOf, walkSteps } from "../../../derivation/steps.ts";
import { inputResolver } from "../../../engine/inputs/inputResolver.ts";
import { testId } from "../../../engine/tests/testRecords.ts";
import { nameInProject } from "../../../engine/why/journal.ts";
import type { Session } from "../../build/session.ts";
import type { Sharing } from "../../build/sharing.ts";

/** What `push` and `pull` are about: the steps of outputs, with those that they are built on. Errors: `output-unknown`. */
export function wantedSteps(
  { offered, output }: Pick<Session, "offered" | "output">,
  names: readonly string[],
): Result<readonly Derivation[]> {
  const { packages, checks = {} } = offered;
  const every = [...Object.values(packages), ...Object.values(checks)];
  if (names.length === 0) return ok(walkSteps(every));
  const steps = all(
    names.map((name) => {
      const step = output("package", name);
      return step.ok ? step : output("check", name);
    }),
  );
  return steps.ok ? ok(walkSteps(steps.value)) : steps;
}

/** The shared cache of a project that must have one. Errors: `cache-none`. */
export function requiredCache<Opened extends Pick<Sharing, "settings">>(
  opened: Opened | undefined,
): Result<Opened & { readonly url: string }> {
  const url = opened?.settings.url;
  if (opened && url !== undefined) return ok({ ...opened, url });
  const leftOut = opened?.settings.leftOut;
  if (leftOut !== undefined)
    return err(diagnostic("cache-none", "the shared cache is not used", { notes: [leftOut], status: 2 }));
  return err(
    diagnostic("cache-none", "no shared cache is named", {
      help: [
        'name one in the configuration: return { …, cache: { url: "file:///srv/gantry-cache" } }',
        "or in the environment: GANTRY_CACHE=file:///srv/gantry-cache",
      ],
      status: 2,
    }),
  );
}

/**
 * Puts what steps are made from into the store, as far as it and the shared cache have it: a step whose result is known needs
 * none of it, and one that is to be built without them does. What is not there is left.
 */
export async function placeSources(
  { inputs, find }: Pick<Session, "inputs" | "find">,
  steps: readonly Derivation[],
) {
  const resolve = inputResolver({ ...inputs, offline: true });
  const outputOf = async (step: Derivation) => {
    const found = await find(step);
    return found.ok ? ok(found.value.result.output) : found;
  };
  for (const input of steps.flatMap(inputsOf)) {
    if (input.type !== "vendor" && input.type !== "git" && input.type !== "crate") continue;
    const resolved = await resolve(input, outputOf);
    if (resolved.ok) await resolved.value.place();
  }
}

/** Looks at the results of tests that a step kept when it ran last. */
export function lookAtTests({ store, project }: Pick<Session, "store" | "project">, step: Derivation): void {
  const name = nameInProject({ project: project.root, step: step.name });
  for (const test of Object.values(store.records.get("last-tests", name) ?? {})) {
    if (test.result === undefined) continue;
    store.records.get("test-result", test.result);
    store.records.get("test-reads", testId(test));
  }
}

/**
 * Looks at all units of steps that compile some, which asks Cargo for its plan where that is not known. What cannot be planned
 * is left: it has no units to share. So is what is built on a step whose result nobody has, and no step runs.
 *
 * @returns the keys of the units, each with the first of the steps that has it
 */
export async function lookAtUnits(
  { findKnownUnits }: Pick<Session, "findKnownUnits">,
  steps: readonly Derivation[],
): Promise<ReadonlyMap<string, Derivation>> {
  const kept = new Map<string, Derivation>();
  for (const step of steps.filter(({ targetDirectory }) => targetDirectory !== undefined)) {
    const units = await findKnownUnits(step);
    for (const unit of units.ok ? units.value : [])
      if (unit.kept && !kept.has(unit.kept.key)) kept.set(unit.kept.key, step);
  }
  return kept;
}
