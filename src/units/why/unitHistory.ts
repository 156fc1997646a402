import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import type { Records } from "../../store/store.ts";
import type { UnkeptUnit } from "../keep/captureUnits.ts";
import type { KeptUnit } from "../keep/chooseUnits.ts";
import { isRead, type Read } from "../key/localSource.ts";
import type { KeyContext } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { nameOfUnit, type UnitName } from "../layout/unitMessages.ts";
import { askedBy, type ManifestOfUnit } from "./askedBy.ts";
import { type EnvironmentChange, historyName, type UnitParts, unitParts, unitReason } from "./unitReason.ts";

/**
 * This folder says why units are compiled. It compares what a unit is made from with what it was made from in the last
 * build of its step, whether that ran or came from the store: the key of that leads to its units.
 *
 * A unit that has to be compiled, and why:
 */
export type UnitReason = UnitName & { readonly reason: string };

/** What the units of a step are compared with, and where that is kept. */
export type UnitHistory = {
  readonly records: Records;
  readonly project: string;
  /** The key of the step, and that of the last build of it; undefined where there was none. */
  readonly step: Digest;
  readonly before: Digest | undefined;
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
  const before = recordedParts(history);
  return units.plan
    .filter((planned) => !units.kept.has(planned.id) && isKeyed(planned, units.context))
    .filter(({ unit }) => unit.mode !== "doctest" && unit.mode !== "docscrape")
    .map((planned) => {
      if (planned.unit.mode === "doc") return { ...nameOfUnit(planned.unit), reason: alwaysWritten };
      const { change, manifestOf, records } = history;
      const by = (features: readonly string[]) => askedBy(units.plan, planned, { features, manifestOf });
      const copiedFrom = (content: Digest) => records.get("copied-from", content);
      const explanations = { change, askedBy: by, copiedFrom };
      const last = nearest(partsOf(planned, units, []), before(planned));
      const now = partsOf(planned, units, Object.keys(last?.reads ?? {}).filter(isRead));
      return { ...nameOfUnit(planned.unit), reason: unitReason(now, last, explanations) };
    });
}

const alwaysWritten = "documentation is written anew whenever its step runs";

/** Those that have the same name differ in features or in what they depend on. */
function nearest(now: UnitParts, before: readonly UnitParts[]): UnitParts | undefined {
  const differences = ({ features, dependencies, profile, version, environment }: UnitParts): number =>
    [
      features.join() !== now.features.join(),
      Object.keys(dependencies).sort().join() !== Object.keys(now.dependencies).sort().join(),
      canonical(profile) !== canonical(now.profile),
      version !== now.version,
      environment !== now.environment,
    ].filter(Boolean).length;
  return before.toSorted((a, b) => differences(a) - differences(b))[0];
}

/**
 * What the units that are called like one were made from: in the last build of the step, or else whenever they were last
 * there in the project, in this step or another.
 */
function recordedParts({ records, project, before }: UnitHistory): (planned: PlannedUnit) => UnitParts[] {
  const lists = [
    before === undefined ? undefined : records.get("step-units", before),
    records.get("built-units", project),
  ];
  return (planned) => {
    const name = historyName(planned);
    const digests = lists.find((list) => list && Object.hasOwn(list, name))?.[name] ?? [];
    return digests.flatMap((digest) => records.get("unit-parts", digest) ?? []);
  };
}

/**
 * Notes what the units that are there now were made from, and why others are not kept, for the next time. Whether this is
 * the last build, `last-built` says: not if the step fails after all.
 */
export function recordHistory(
  { records, project, step }: UnitHistory,
  units: Units & { readonly unkept: ReadonlyMap<Digest, UnkeptUnit> },
): void {
  const there = units.plan.filter(({ id }) => units.unkept.has(id) || units.kept.has(id));
  const named = [...Map.groupBy(there, historyName)].map(([name, planned]): [string, Digest[]] => {
    const digests = planned.map((each) => recordParts(records, partsNow(each, units)));
    return [name, [...new Set(digests)].sort()];
  });
  records.set("step-units", step, Object.fromEntries(named));
  const built = records.get("built-units", project);
  records.set("built-units", project, { ...built, ...Object.fromEntries(named) });
}

function partsNow(
  planned: PlannedUnit,
  units: Units & { readonly unkept: ReadonlyMap<Digest, UnkeptUnit> },
): UnitParts {
  const unkept = units.unkept.get(planned.id);
  const reads = unkept?.reads ?? units.kept.get(planned.id)?.record.reads?.filter(isRead);
  const parts = partsOf(planned, units, reads ?? []);
  return unkept?.obstacle === undefined ? parts : { ...parts, unkept: unkept.obstacle };
}

function recordParts(records: Records, parts: UnitParts): Digest {
  const digest = digestOf(canonical(parts));
  if (!records.get("unit-parts", digest)) records.set("unit-parts", digest, parts);
  return digest;
}

function partsOf(planned: PlannedUnit, { byId, context, kept }: Units, reads: readonly Read[]): UnitParts {
  return unitParts(planned, context, { plan: byId, keyOf: (id) => kept.get(id)?.key, reads });
}

/** Stubs of the dependency layer are compiled each time, and nobody asks why. */
function isKeyed({ unit }: PlannedUnit, { contentOf, local }: KeyContext): boolean {
  return local !== undefined || contentOf(unit.target.srcPath) !== undefined;
}
