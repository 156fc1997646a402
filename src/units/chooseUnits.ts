import type { Digest } from "../base/digest.ts";
import type { Store } from "../store/store.ts";
import type { UnitPlan } from "./unitPlan.ts";
import { recordedUnit, type UnitRecord } from "./unitRecord.ts";

/**
 * The units of a plan that can be restored: recorded, with their files still there, and compiled against exactly
 * the dependencies that are restored with them.
 */
export function chooseUnits(store: Store, plan: UnitPlan): Map<Digest, UnitRecord> {
  const chosen = new Map<Digest, UnitRecord>();
  for (const { key, dependencies } of plan.units) {
    const record = recordedUnit(store.memo, key);
    if (!record || !store.tree(record.tree)) continue;
    const linked = dependencies.every((dependency) => {
      const tree = chosen.get(dependency)?.tree;
      return tree !== undefined && tree === record.against[dependency];
    });
    if (linked) chosen.set(key, record);
  }
  return chosen;
}
