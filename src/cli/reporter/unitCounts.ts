import type { EngineEvent } from "../../engine/event.ts";

export type UnitCounts = { compiled: number; restored: number; fetched: number };

/**
 * Counts units over all steps. Restored ones may be told one by one, or only as a number once Cargo has
 * planned, or both: the larger number of a step counts.
 */
export function unitCounter(): { event(event: EngineEvent): void; counts(): UnitCounts } {
  const total = { compiled: 0, fetched: 0 };
  const planned = new Map<string, number>();
  const named = new Map<string, number>();
  return {
    event: (event) => {
      if (event.type === "plan") planned.set(event.step, event.restored);
      if (event.type !== "unit") return;
      if (event.status === "restored") named.set(event.step, (named.get(event.step) ?? 0) + 1);
      else total[event.status] += 1;
    },
    counts: () => {
      let restored = 0;
      for (const step of new Set([...planned.keys(), ...named.keys()])) {
        restored += Math.max(planned.get(step) ?? 0, named.get(step) ?? 0);
      }
      return { compiled: total.compiled, restored, fetched: total.fetched };
    },
  };
}
