import { mkdirSync, readFileSync } from "node:fs";
import { canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { workingDirectory, world } from "../../derivation/world.ts";
import type { Mount, SandboxInstance } from "../../sandbox/sandbox.ts";
import { environmentOf, type StepEnvironment, type UnitEnvironment } from "../../units/key/environment.ts";
import { type LocalSource, localSource } from "../../units/key/localSource.ts";
import { restoreRustcInfo } from "../../units/layout/rustcInfo.ts";
import type { UnitName } from "../../units/layout/unitMessages.ts";
import { openTarget, type TargetUnits } from "../../units/openTarget.ts";
import { openWholeLayer, type WholeLayer } from "../../units/openWholeLayer.ts";
import { manifestsOfUnits } from "../../units/why/askedBy.ts";
import { environmentChange, recordEnvironments } from "../../units/why/environmentChange.ts";
import type { UnitHistory, UnitReason } from "../../units/why/unitHistory.ts";
import type { Workplace } from "./runStep.ts";
import type { StepResult } from "./stepResult.ts";
import { unitGraphs } from "./unitGraphs.ts";

/** `/build/target` of one running step. */
type Target = {
  readonly mount: Mount;
  readonly onMessage: (line: string) => void;
  /** Keeps the units that are complete, also of a step that failed: they need not be compiled again. */
  readonly keep: (rooms: SandboxInstance) => Promise<KeptLayer>;
};

export type KeptLayer = NonNullable<StepResult["layer"]> & {
  /** Units that came out otherwise than before, of a step that ran for `--rebuild`. */
  readonly differing: readonly UnitName[];
};

/** Plans the units of a step, and restores those that are known; undefined for a step without a target directory. */
export async function prepareTarget(at: Workplace): Promise<Result<Target | undefined>> {
  const described = at.step.derivation.target;
  if (!described) return ok(undefined);
  const { own, local: localEnvironment, codeVariables } = recordedEnvironment(at);
  const graphs = await unitGraphs(at, described.plans, own.whole);
  if (!graphs.ok) return graphs;
  if (!graphs.value) return prepareWholeTarget(at, own);
  // Units of a layer below are found under the environment that they were compiled in, which is the layer's.
  const environment = at.step.from?.environment ?? own;
  const local = described.keep === "all" ? localFiles(at, codeVariables) : undefined;
  const context = {
    environment,
    own,
    localEnvironment,
    contentOf: at.assembled.contentAt,
    local,
    restore: restoredFor(at),
    history: historyOf(at),
  };
  const units = openTarget(at.engine.store, graphs.value, context);
  if (!units.ok) return units;
  at.step.onCompile(units.value.compiled);
  const start = performance.now();
  const lower = await units.value.restore();
  // For profilers and benchmarks, which observe it from outside.
  performance.measure("restore", { start });
  if (!lower.ok) return lower;
  const upper = `${at.scratch}/upper`;
  mkdirSync(upper);
  restoreRustcInfo(at.engine.store.memo, own.whole, upper);
  return ok(targetOf(at, { units: units.value, environment, lower: lower.value, upper }));
}

function historyOf({ engine, step, assembled }: Workplace): UnitHistory {
  const { memo } = engine.store;
  return {
    memo,
    name: `${engine.project}\n${step.derivation.name}`,
    change: (before, now) => environmentChange(memo, before, now),
    manifestOf: manifestsOfUnits(assembled.textAt, workingDirectory(step.derivation)),
  };
}

/** To run a step again is to compile again what it compiled: all, or what the layer below did not. */
function restoredFor({ engine, step }: Workplace): "everything" | "dependencies" | "nothing" {
  if (!engine.rebuild) return "everything";
  return step.from ? "dependencies" : "nothing";
}

/** The environments of the step's units, recorded for `gantry why`. */
function recordedEnvironment({ engine, step, configuration }: Workplace): StepEnvironment {
  const sandbox = engine.sandbox.identity;
  const environment = environmentOf({ ...step, settings: configuration, sandbox });
  recordEnvironments(engine.store.memo, environment.parts);
  return environment;
}

function localFiles(
  at: Workplace,
  variables: Readonly<Record<string, string>>,
): ((packages: Iterable<string>) => LocalSource) | undefined {
  const source = at.assembled.mounts.find((mount) => mount.at === world.source);
  const files = at.step.mounts.get(world.source)?.[0]?.files;
  if (!files || source?.kind !== "read-only") return undefined;
  const { workspace } = at.step.derivation;
  const text = (path: string) => readFileSync(`${source.directories[0]}/${path}`, "utf8");
  return (packages) => localSource(files, text, { packages, workspace, variables });
}

type Prepared = {
  readonly units: TargetUnits;
  readonly environment: UnitEnvironment;
  readonly lower: string;
  readonly upper: string;
};

function targetOf(at: Workplace, { units, environment, lower, upper }: Prepared): Target {
  const { emit } = at.engine;
  const step = at.step.derivation.name;
  emit({ type: "plan", step, units: units.total, restored: units.restored.length });
  for (const name of units.restored) emit({ type: "unit", step, status: "restored", ...name });
  return {
    mount: { at: world.target, kind: "layered", lower, upper },
    onMessage(line) {
      const compiled = units.onMessage(line);
      if (compiled) emit({ type: "unit", step, status: "compiled", ...compiled });
    },
    async keep(rooms) {
      const kept = await units.capture(rooms.written(world.target), (path) =>
        rooms.locate(`${world.target}/${path}`),
      );
      return { digest: digestOf(canonical(kept.trees)), environment, differing: kept.differing };
    },
  };
}

/**
 * `/build/target` of a step whose Cargo prints no unit graph: it begins with the layer below, or the nearest earlier
 * one of the same environment, and Cargo judges what of it is fresh. Says so, in the output and for `gantry why`.
 */
async function prepareWholeTarget(at: Workplace, own: UnitEnvironment): Promise<Result<Target>> {
  const { engine, step } = at;
  const environment = step.from?.environment ?? own;
  const layer = openWholeLayer(engine.store, {
    contentOf: at.assembled.contentAt,
    from: step.from?.digest,
    names: [`${engine.project}\n${step.derivation.name}\n${environment.whole}`, environment.whole],
    // What is compiled in another environment than the layer's must not be found under it.
    keepsCompiled: own.whole === environment.whole,
    rebuild: engine.rebuild,
  });
  const note = noteOf(at, layer);
  engine.emit({ type: "note", text: note });
  step.onNote(note);
  const lower = await layer.restore();
  if (!lower.ok) return lower;
  const upper = `${at.scratch}/upper`;
  mkdirSync(upper);
  const compiled: UnitReason[] = [];
  return ok({
    mount: { at: world.target, kind: "layered", lower: lower.value, upper },
    onMessage(line) {
      const unit = layer.onMessage(line);
      if (!unit || (step.derivation.target?.keep === "dependencies" && unit.own)) return;
      const { own: isOwn, status, ...name } = unit;
      engine.emit({ type: "unit", step: step.derivation.name, status, ...name });
      if (status === "compiled") compiled.push({ ...name, reason: isOwn ? always : notFresh });
      step.onCompile(compiled);
    },
    async keep(rooms) {
      const digest = await layer.capture(rooms.written(world.target), (path) =>
        rooms.locate(`${world.target}/${path}`),
      );
      return { digest, environment, differing: [] };
    },
  });
}

const always = "without a unit graph the project's own packages are compiled each time";
const notFresh = "Cargo did not find it fresh in the layer that the step began with";

function noteOf({ step }: Workplace, { offered }: WholeLayer): string {
  const { name } = step.derivation;
  const begins = offered.from === "below" ? "the layer below" : "the nearest earlier layer";
  const units = offered.units === 1 ? "1 unit" : `${offered.units} units`;
  const what =
    offered.units > 0 ? `\`${name}\` begins with ${begins}, ${units}` : `\`${name}\` begins with nothing`;
  return `the toolchain's Cargo prints no unit graph: ${what}`;
}
