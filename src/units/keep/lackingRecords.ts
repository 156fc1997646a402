import type { Digest } from "../../base/digest.ts";
import type { Store } from "../../store/store.ts";
import { baseKey, isPure, type KeyContext, localKey, systemKey } from "../key/unitKey.ts";
import type { UnitPlan } from "../key/unitPlan.ts";
import { chooseUnits } from "./chooseUnits.ts";
import { recordedReads } from "./unitRecord.ts";

/** A record that would spare compiling a unit, or tell of one that does. */
export type LackingRecord = { readonly kind: "unit" | "reads"; readonly key: Digest };

/**
 * The records that the store lacks of a plan and that were not asked for, as far as their keys are known: of vendored units
 * all, since their keys say what they are made from; of the project's own what they read, and then units by that.
 */
export function lackingRecords(
  store: Store,
  plan: UnitPlan,
  context: KeyContext & { readonly asked: ReadonlySet<Digest> },
): readonly LackingRecord[] {
  const { asked, contentOf, local } = context;
  const chosen = chooseUnits(store, plan, context);
  const keys = new Map([...chosen].map(([id, { key }]) => [id, key]));
  const lacking: LackingRecord[] = [];
  for (const planned of plan) {
    if (chosen.has(planned.id)) continue;
    const base = baseKey(planned, keys, context);
    if (base === undefined) continue;
    const isVendored = contentOf(planned.unit.target.srcPath) !== undefined;
    if (isVendored || !local) {
      // Most do not include files of the system.
      const isOther = asked.has(base) && isPure(planned);
      const key = isOther ? systemKey(planned, keys, context) : base;
      if (key !== undefined) lacking.push({ kind: "unit", key });
      keys.set(planned.id, base);
    } else {
      lacking.push({ kind: "reads", key: base });
      for (const reads of recordedReads(store.records, base))
        lacking.push({ kind: "unit", key: localKey(base, reads, local) });
    }
  }
  return lacking.filter(({ key }) => !asked.has(key));
}
