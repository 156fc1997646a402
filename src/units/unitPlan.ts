import type { Digest } from "../base/digest.ts";
import type { Unit, UnitGraph } from "../cargo/unitGraph.ts";
import { type KeyContext, unitKeys } from "./unitKeys.ts";

/** The units that a step needs, without repetition, each after those that it depends on. */
export type UnitPlan = {
  /** All of them, those that cannot be reused included. */
  readonly total: number;
  readonly units: readonly PlannedUnit[];
};

/** A unit that can be reused. */
export type PlannedUnit = {
  readonly key: Digest;
  readonly unit: Unit;
  readonly dependencies: readonly Digest[];
};

/** Plans the units of several graphs as one: those of `build` and `test` overlap. */
export function planUnits(graphs: readonly UnitGraph[], context: KeyContext): UnitPlan {
  const planned = new Map<Digest, PlannedUnit>();
  let unkeyed = 0;
  for (const graph of graphs) {
    const keys = unitKeys(graph, context);
    const add = (index: number): void => {
      const key = keys[index];
      const unit = graph.units[index];
      if (!key || !unit || planned.has(key)) return;
      for (const edge of unit.dependencies) add(edge.index);
      const dependencies = unit.dependencies.flatMap((edge) => keys[edge.index] ?? []);
      planned.set(key, { key, unit, dependencies });
    };
    for (const index of graph.units.keys()) add(index);
    unkeyed += keys.filter((key) => key === undefined).length;
  }
  return { total: planned.size + unkeyed, units: [...planned.values()] };
}
