import type { Digest } from "../../base/digest.ts";
import type { Records } from "../../store/store.ts";
import type { UnkeptUnit } from "../keep/captureUnits.ts";
import type { KeptUnit } from "../keep/chooseUnits.ts";
import { isRead, type Read } from "../key/localSource.ts";
import type { KeyContext } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { nameOfUnit, type UnitName } from "../layout/unitMessages.ts";
import { askedBy, type ManifestOfUnit } from "./askedBy.ts";
import {
  type EnvironmentChange,
  historyName,
  recordedParts,
  recordParts,
  type UnitParts,
  unitParts,
  unitReason,
} from "./unitReason.ts";

/**
 * This folder says why units are compiled. It compares what a unit is made from with what it was made from when its step
 * ran last, which the step's history in the store has.
 *
 * A unit that has to be compiled, and why:
 */
export type UnitReason = UnitName & { readonly reason: string };

/** What the units of a step are compared with, and where that is kept. */
export type UnitHistory = {
  readonly records: Records;
  /** Names the step of the project. */
  readonly name: string;
  readonly change: EnvironmentChange;
  readonly manifestOf: ManifestOfUnit;
};

type Units = {
  readonly plan: UnitPlan;
  readonly byId: ReadonlyMap<Digest, PlannedUnit>;
  readonly context: KeyContext;
  /** By id. */
  readonly kept: ReadonlyMap<Digest, KeptUnit>;
};

/** Why the units that were not chosen have to be compiled: said now, when it is decided, and not found out later. */
export function reasonsToCompile(history: UnitHistory, units: Units): UnitReason[] {
  const before = recordedParts(history.records, history.name);
  return units.plan
    .filter((planned) => !units.kept.has(planned.id) && isKeyed(planned, units.context))
    .filter(({ unit }) => unit.mode !== "doctest" && unit.mode !== "docscrape")
    .map((planned) => {
      if (planned.unit.mode === "doc") return { ...nameOfUnit(planned.unit), reason: alwaysWritten };
      const { change, manifestOf } = history;
      const last = before[historyName(planned)];
      const by = (features: readonly string[]) => askedBy(units.plan, planned, { features, manifestOf });
      const explanations = { change, askedBy: by };
      const now = partsOf(planned, units, Object.keys(last?.reads ?? {}).filter(isRead));
      return { ...nameOfUnit(planned.unit), reason: unitReason(now, last, explanations) };
    });
}

const alwaysWritten = "documentation is written anew whenever its step runs";

/** Notes what the units that are there now were made from, and why others are not kept, for the next time. */
export function recordHistory(
  history: UnitHistory,
  units: Units & { readonly unkept: ReadonlyMap<Digest, UnkeptUnit> },
): void {
  const parts = units.plan.flatMap((planned): [string, UnitParts][] => {
    const unkept = units.unkept.get(planned.id);
    const reads = unkept?.reads ?? units.kept.get(planned.id)?.record.reads?.filter(isRead);
    if (!unkept && !units.kept.has(planned.id)) return [];
    const parts = partsOf(planned, units, reads ?? []);
    return [
      [
        historyName(planned),
        { ...parts, ...(unkept?.obstacle !== undefined && { unkept: unkept.obstacle }) },
      ],
    ];
  });
  recordParts(history.records, history.name, Object.fromEntries(parts));
}

function partsOf(planned: PlannedUnit, { byId, context, kept }: Units, reads: readonly Read[]): UnitParts {
  return unitParts(planned, context, { plan: byId, keyOf: (id) => kept.get(id)?.key, reads });
}

/** Stubs of the dependency layer are compiled each time, and nobody asks why. */
function isKeyed({ unit }: PlannedUnit, { contentOf, local }: KeyContext): boolean {
  return local !== undefined || contentOf(unit.target.srcPath) !== undefined;
}
