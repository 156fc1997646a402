import { mkdirSync } from "node:fs";
import { canonical } from "../base/canonical.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import { ok, type Result } from "../base/result.ts";
import type { Rooms } from "../sandbox/sandbox.ts";
import type { Mount } from "../sandbox/world.ts";
import { openTarget, type TargetUnits } from "../units/openTarget.ts";
import { environmentOf } from "./environmentOf.ts";
import { printUnitGraphs } from "./printUnitGraphs.ts";
import type { Workplace } from "./runStep.ts";
import type { StepResult } from "./stepResult.ts";

/** `/build/target` of one running step. */
export type Target = {
  readonly mount: Mount;
  readonly onMessage: (line: string) => void;
  /** Keeps the units that are complete, also of a step that failed: they need not be compiled again. */
  readonly keep: (rooms: Rooms) => Promise<NonNullable<StepResult["layer"]>>;
};

/** Plans the units of a step, and restores those that are known; undefined for a step without a target directory. */
export async function prepareTarget(at: Workplace): Promise<Result<Target | undefined>> {
  const described = at.step.derivation.target;
  if (!described) return ok(undefined);
  const graphs = await printUnitGraphs(at, described.plans);
  if (!graphs.ok) return graphs;
  // Units of a layer below are found under the environment that they were compiled in, which is the layer's.
  const environment = at.step.from?.environment ?? environmentOf(at);
  const units = openTarget(at.engine.store, graphs.value, { environment, contentOf: at.assembled.contentAt });
  if (!units.ok) return units;
  const lower = await units.value.restore();
  if (!lower.ok) return lower;
  const upper = `${at.scratch}/upper`;
  mkdirSync(upper);
  return ok(targetOf(at, { units: units.value, environment, lower: lower.value, upper }));
}

type Prepared = {
  readonly units: TargetUnits;
  readonly environment: Digest;
  readonly lower: string;
  readonly upper: string;
};

function targetOf(at: Workplace, { units, environment, lower, upper }: Prepared): Target {
  const { emit } = at.engine;
  const step = at.step.derivation.name;
  emit({ type: "plan", step, units: units.total, restored: units.restored.length });
  for (const name of units.restored) emit({ type: "unit", step, status: "restored", ...name });
  return {
    mount: { at: "/build/target", kind: "layered", lower, upper },
    onMessage(line) {
      const compiled = units.onMessage(line);
      if (compiled) emit({ type: "unit", step, status: "compiled", ...compiled });
    },
    async keep(rooms) {
      const kept = await units.capture(upper, (path) => rooms.locate(`/build/target/${path}`));
      return { digest: digestOf(canonical(kept)), environment };
    },
  };
}
