import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { readTree } from "../../store/readTree.ts";
import type { Store } from "../../store/store.ts";
import type { TreeFile } from "../../store/treeDigest.ts";
import { type UnitName, unitKind } from "../../units/layout/unitMessages.ts";
import type { UnitReason } from "../../units/why/unitHistory.ts";
import type { StepStatus } from "../event.ts";
import { recordLastStep, type TestDecision } from "../why/journal.ts";
import { notBuiltBefore, recordBuilt, stepReason } from "../why/stepReason.ts";
import { shortened, treeDifferences } from "../why/treeDifferences.ts";
import { runStep } from "./runStep.ts";
import type { Engine, Step, StepOutcome, StepResult } from "./stepContext.ts";

/**
 * Runs a step, records what came out, and reports how it went and why it ran.
 *
 * Errors: `not-reproducible`, where a second result was asked for; those of `runStep`.
 *
 * @param onRun told when it has a job, once or more
 */
export async function buildStep(engine: Engine, step: Step, onRun: () => void): Promise<Result<StepResult>> {
  const { store, project } = engine;
  const { derivation, key } = step;
  const { name } = derivation;
  const before = engine.rebuild ? store.records.get("result", key) : undefined;
  const reason = before ? { reason: "`--rebuild` was asked for" } : await stepReason(engine, step);
  let units: readonly UnitReason[] = [];
  let note: string | undefined;
  let tests: readonly TestDecision[] | undefined;
  let start = performance.now();
  const ran = await runStep(engine, {
    ...step,
    ...(!before && reason.reason !== notBuiltBefore && { change: reason.reason }),
    onStart: () => {
      start = performance.now();
      onRun();
    },
    onCompile: (reasons) => {
      units = reasons;
    },
    onNote: (text) => {
      note = text;
    },
    onTests: (decided) => {
      tests = decided;
    },
  });
  const seconds = (performance.now() - start) / 1000;
  const { rebuild } = engine;
  const problem = ran.ok && rebuild ? notReproducible(store, name, { before, after: ran.value }) : undefined;
  if (ran.ok && !rebuild) note ??= compiledAnyway(ran.value);
  const told = ran.ok ? await engine.tellMissed(derivation, ran.value.layer?.missed ?? []) : undefined;
  note ??= told?.notes[0];
  const outcome = problem ? err(problem) : ran;
  const status = statusOf(outcome);
  if (status !== "stopped") recordLastStep(store, { project, step: name }, key);
  engine.emit({ type: "step", step: name, status, key, seconds });
  engine.note({
    step: name,
    status,
    ...reason,
    units,
    ...(note !== undefined && { note }),
    ...(tests && { tests }),
  });
  if (!outcome.ok) return outcome;
  const missed = told?.missed ?? [];
  const result = { ...resultOf(outcome.value, seconds), ...(missed.length > 0 && { missed }) };
  store.records.set("result", key, result);
  await recordBuilt(engine, step);
  return ok(result);
}

function statusOf(outcome: Result<StepOutcome>): StepStatus {
  if (outcome.ok) return "built";
  return outcome.error.code === "interrupted" ? "stopped" : "failed";
}

function resultOf({ output, layer }: StepOutcome, seconds: number): StepResult {
  if (!layer) return { output, seconds };
  return { output, layer: { digest: layer.digest, environment: layer.environment }, seconds };
}

/**
 * What a step that ran a second time left otherwise than the first time; undefined where it left the same.
 *
 * Errors: `not-reproducible`, naming the units and the files of its output that differ.
 */
function notReproducible(
  store: Store,
  step: string,
  { before, after }: { readonly before: StepResult | undefined; readonly after: StepOutcome },
): Diagnostic | undefined {
  const units = (after.layer?.differing ?? []).map(unitText);
  const output = before && before.output !== after.output ? before.output : undefined;
  const files = output ? treeDifferences(filesOf(store, output), filesOf(store, after.output)) : [];
  if (units.length + files.length === 0) return undefined;
  return diagnostic("not-reproducible", `\`${step}\` gave another result than before`, {
    notes: [
      ...shortened(units),
      ...files,
      ...(output
        ? [`before: ${store.root}/trees/${output}`, `now: ${store.root}/trees/${after.output}`]
        : []),
    ],
    help: ["look for time, randomness or the order of a hash map in build scripts, proc macros and hooks"],
  });
}

/** What `gantry why` says of units that Cargo did not take as they were restored; undefined where it took all. */
function compiledAnyway({ layer }: StepOutcome): string | undefined {
  const [first, ...others] = layer?.differing ?? [];
  if (!first) return undefined;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `${shownUnit(first)}${more}: restored, compiled by Cargo all the same, and other bytes than before`;
}

function unitText(unit: UnitName): string {
  return `${shownUnit(unit)} differs`;
}

/** A build script is compiled, and run: both are units. */
function shownUnit(unit: UnitName): string {
  const name = `\`${unit.package} ${unit.version}\``;
  if (unit.mode === "run-custom-build") return `what the build script of ${name} left`;
  return `the unit ${name} (${unitKind(unit)})`;
}

function filesOf(store: Store, tree: Digest): TreeFile[] {
  return readTree(store.pathOf(tree));
}
