import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import type { Records } from "../../store/store.ts";
import type { UnkeptUnit } from "../keep/captureUnits.ts";
import { doubtedBy, type KeptUnit } from "../keep/chooseUnits.ts";
import { isRead, type Read } from "../key/localSource.ts";
import type { KeyContext } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { nameOfUnit, type UnitName } from "../layout/unitMessages.ts";
import { askedBy, type ManifestOfUnit } from "./askedBy.ts";
import { type EnvironmentChange, type UnitParts, unitParts, unitReason } from "./unitReason.ts";
import { distinctions, historyName, otherWay } from "./unitWays.ts";

/**
 * This folder says why units are compiled. It compares what a unit is made from with what it was made from in the last
 * build of its step, whether that ran or came from the store: the key of that leads to its units.
 *
 * A unit that has to be compiled, and why:
 */
export type UnitReason = UnitName & {
  readonly reason: string;
  /** What tells it from others of the plan that are called the same. */
  readonly which?: string;
  /** Absent: it was compiled. `unfinished`: it was not reached, or interrupted. */
  readonly end?: "failed" | "unfinished";
};

/** What the units of a step are compared with, and where that is kept. */
export type UnitHistory = {
  readonly records: Records;
  readonly project: string;
  /** The key of the step, and that of the last build of it; undefined where there was none. */
  readonly step: Digest;
  readonly before: Digest | undefined;
  readonly change: EnvironmentChange;
  /** What differs from the last result of the step, in words. Default: nothing is known of that. */
  readonly stepChange?: string;
  readonly manifestOf: ManifestOfUnit;
};

type Units = {
  readonly plan: UnitPlan;
  readonly byId: ReadonlyMap<Digest, PlannedUnit>;
  readonly context: KeyContext;
  /** By id. */
  readonly kept: ReadonlyMap<Digest, KeptUnit>;
};

/**
 * By id, why the units that were not chosen have to be compiled: said now, when it is decided, and not found out later.
 *
 * @param isKnown whether a unit would have been restored if `--rebuild` had not been asked for
 */
export function reasonsToCompile(
  history: UnitHistory,
  units: Units,
  isKnown: (id: Digest) => boolean,
): ReadonlyMap<Digest, UnitReason> {
  const { change, manifestOf } = history;
  const { partsBefore, names, stepChange } = builtBefore(history);
  const which = distinctions(units.plan);
  const alike = Map.groupBy(units.plan, historyName);
  const versionsOf = (name: string) => {
    const one = alike.get(name)?.[0];
    const was = one && partsBefore(one)[0]?.version;
    return one && was !== undefined ? { was, is: one.unit.package.version } : undefined;
  };
  const reasonOf = (planned: PlannedUnit): string => {
    if (planned.unit.mode === "doc") return alwaysWritten;
    if (isKnown(planned.id)) return "`--rebuild` was asked for";
    const all = (alike.get(historyName(planned)) ?? []).map((each) => partsOf(each, units, []));
    const last = nearest({ one: partsOf(planned, units, []), all }, partsBefore(planned));
    const now = partsOf(planned, units, Object.keys(last?.reads ?? {}).filter(isRead));
    return unitReason(now, last, {
      change,
      ...(stepChange !== undefined && { stepChange }),
      askedBy: (features) => askedBy(units.plan, planned, { features, manifestOf }),
      otherWay: () => otherWay(planned, names),
      versionsOf,
      doubted: () => doubtedBy(history.records, planned, { keys: keysOf(units), context: units.context }),
      copiedFrom: (content) => history.records.get("copied-from", content),
    });
  };
  const compiled = units.plan
    .filter((planned) => !units.kept.has(planned.id) && isKeyed(planned, units.context))
    .filter(({ unit }) => unit.mode !== "doctest" && unit.mode !== "docscrape");
  return new Map(
    compiled.map((planned) => {
      const distinction = which.get(planned.id);
      const name = { ...nameOfUnit(planned.unit), ...(distinction !== undefined && { which: distinction }) };
      return [planned.id, { ...name, reason: reasonOf(planned) }];
    }),
  );
}

function keysOf({ kept }: Units): ReadonlyMap<Digest, Digest> {
  return new Map([...kept].map(([id, { key }]) => [id, key]));
}

const alwaysWritten = "documentation is written anew whenever its step runs";

/**
 * Those that have the same name differ in features or in what they depend on. Where there are more of them now than
 * before, some have no past: those that others are nearer to.
 *
 * @param now the one in question, and all that are called the same
 */
function nearest(
  { one, all }: { readonly one: UnitParts; readonly all: readonly UnitParts[] },
  before: readonly UnitParts[],
): UnitParts | undefined {
  const found = before.toSorted((a, b) => differences(one, a) - differences(one, b))[0];
  if (!found || before.length >= all.length) return found;
  return all.every((each) => differences(each, found) >= differences(one, found)) ? found : undefined;
}

function differences(now: UnitParts, before: UnitParts): number {
  return [
    before.features.join() !== now.features.join(),
    Object.keys(before.dependencies).sort().join() !== Object.keys(now.dependencies).sort().join(),
    canonical(before.profile) !== canonical(now.profile),
    before.version !== now.version,
    before.environment !== now.environment,
  ].filter(Boolean).length;
}

/**
 * What the units that are called like one were made from: in the last build of the step, or else whenever they were last
 * there in the project, in this step or another. And the names of all.
 */
function builtBefore({ records, project, before, stepChange }: UnitHistory) {
  const inStep = before === undefined ? undefined : records.get("step-units", before);
  const inProject = records.get("built-units", project);
  const lists = [inStep, inProject].filter((list) => list !== undefined);
  return {
    // A result that came from the shared cache: what its units were made from is not known here.
    stepChange: before !== undefined && inStep === undefined ? stepChange : undefined,
    names: Object.keys({ ...inProject, ...inStep }),
    partsBefore(planned: PlannedUnit): UnitParts[] {
      const name = historyName(planned);
      const digests = lists.find((list) => Object.hasOwn(list, name))?.[name] ?? [];
      return digests.flatMap((digest) => records.get("unit-parts", digest) ?? []);
    },
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
  const there = units.plan.filter(
    (planned) =>
      isKeyed(planned, units.context) && (units.unkept.has(planned.id) || units.kept.has(planned.id)),
  );
  const keys = new Map(there.map((planned) => [planned.id, partsKey(planned, units)]));
  const known = records.known(
    "unit-parts",
    [...keys.values()].filter((key) => key !== undefined),
  );
  const record = (planned: PlannedUnit): Digest => {
    const key = keys.get(planned.id);
    if (key !== undefined && known.has(key)) return key;
    const parts = partsNow(planned, units);
    const place = key ?? digestOf(canonical(parts));
    records.set("unit-parts", place, parts);
    return place;
  };
  const named = [...Map.groupBy(there, historyName)].map(([name, planned]): [string, Digest[]] => {
    return [name, [...new Set(planned.map(record))].sort()];
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

/**
 * What the parts of a unit are known by before they are made: its key holds all of them, but for the profile's name. Undefined of
 * one that is not kept.
 */
function partsKey({ id, unit }: PlannedUnit, { kept, unkept }: Parameters<typeof partsNow>[1]) {
  const key = unkept.has(id) ? undefined : kept.get(id)?.key;
  return key === undefined ? undefined : digestOf(`${key} ${unit.profile.name}`);
}

function partsOf(planned: PlannedUnit, { byId, context, kept }: Units, reads: readonly Read[]): UnitParts {
  return unitParts(planned, context, { plan: byId, keyOf: (id) => kept.get(id)?.key, reads });
}

/** Stubs of the dependency layer are compiled each time, and nobody asks why. */
function isKeyed({ unit }: PlannedUnit, { contentOf, local }: KeyContext): boolean {
  return local !== undefined || contentOf(unit.target.srcPath) !== undefined;
}
