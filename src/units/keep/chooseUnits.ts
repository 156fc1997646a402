import type { Digest } from "../../base/digest.ts";
import type { Records, Store, TreeFile } from "../../store/store.ts";
import { type LocalSource, partsOf, type Read } from "../key/localSource.ts";
import { baseKey, isPure, type KeyContext, localKey, systemKey } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { recordedReads, recordedUnits, type UnitRecord } from "./unitRecord.ts";

/** A unit that is in the store. */
export type KeptUnit = { readonly key: Digest; readonly record: UnitRecord };

/**
 * The units of a plan that can be restored, by id: recorded, with their files still there, and compiled against
 * exactly the dependencies that are restored with them.
 *
 * Runs of one build script that share their places are chosen together or not at all. To leave one out may part others,
 * so the choice is made again until none is parted.
 */
export function chooseUnits(store: Store, plan: UnitPlan, context: KeyContext): Map<Digest, KeptUnit> {
  const isRun = ({ unit }: PlannedUnit) => unit.mode === "run-custom-build";
  const runs = [...Map.groupBy(plan.filter(isRun), ({ unit }) => unit.packageId).values()];
  const excluded = new Set<Digest>();
  for (;;) {
    const chosen = chooseAmong(
      store,
      plan.filter(({ id }) => !excluded.has(id)),
      context,
    );
    const parted = runs.flatMap((group) => partedRuns(group, chosen));
    if (parted.length === 0) return chosen;
    for (const id of parted) excluded.add(id);
  }
}

/** Those of the runs of one build script that were chosen with the files of another one that was not. */
function partedRuns(runs: UnitPlan, chosen: ReadonlyMap<Digest, KeptUnit>): Digest[] {
  if (runs.every(({ id }) => chosen.has(id))) return [];
  return runs.flatMap(({ id }) => (chosen.get(id)?.record.shared ? [id] : []));
}

function chooseAmong(store: Store, plan: UnitPlan, context: KeyContext): Map<Digest, KeptUnit> {
  const chosen = new Map<Digest, KeptUnit>();
  const keys = new Map<Digest, Digest>();
  const occupied = new Map<string, Digest>();
  for (const planned of plan) {
    const fitting = firstFitting(store, candidateKeys(store.records, planned, { keys, context }), {
      planned,
      chosen,
    });
    if (!fitting || collides(fitting.record, occupied)) continue;
    chosen.set(planned.id, fitting);
    keys.set(planned.id, fitting.key);
  }
  return chosen;
}

type Keys = { readonly keys: ReadonlyMap<Digest, Digest>; readonly context: KeyContext };

/**
 * Of the project's own units there are as many as lists of files that they were seen to read. Each is made when it is asked for:
 * of most units the first one fits.
 */
function* candidateKeys(records: Records, planned: PlannedUnit, { keys, context }: Keys): Generator<Digest> {
  const base = baseKey(planned, keys, context);
  if (base === undefined) return;
  const { local, contentOf } = context;
  if (contentOf(planned.unit.target.srcPath) !== undefined || !local) {
    yield base;
    const system = isPure(planned) ? systemKey(planned, keys, context) : undefined;
    if (system !== undefined) yield system;
    return;
  }
  for (const reads of recordedReads(records, base))
    if (!reads.some((read) => isMissingTree(read, local))) yield localKey(base, reads, local);
}

function firstFitting(store: Store, candidates: Iterable<Digest>, choice: Choice): KeptUnit | undefined {
  for (const key of candidates) {
    const record = recordedUnits(store.records, key).find((each) => fits(store, each, choice));
    if (record) return { key, record };
  }
  return undefined;
}

/** The names of those by whose word alone a unit is there, and who are not trusted. */
export function doubtedBy(records: Records, planned: PlannedUnit, about: Keys): readonly string[] {
  const base = baseKey(planned, about.keys, about.context);
  if (base === undefined || !records.doubted) return [];
  // What it read is told by the same word, and without it there is no key.
  const ofReads = records.doubted("reads", base);
  return [
    ...new Set([
      ...[...candidateKeys(records, planned, about)].flatMap((key) => records.doubted?.("unit", key) ?? []),
      ...ofReads,
    ]),
  ];
}

/** Cargo runs a build script in every build if a path that it named is not there. */
function isMissingTree(read: Read, local: LocalSource): boolean {
  return partsOf(read).kind === "tree" && local.digestOf(read) === undefined;
}

type Choice = { readonly planned: PlannedUnit; readonly chosen: ReadonlyMap<Digest, KeptUnit> };

function fits(store: Store, record: UnitRecord, { planned, chosen }: Choice): boolean {
  const isLinked = planned.dependencies.every(({ id }) => {
    const dependency = chosen.get(id);
    return dependency !== undefined && record.against[dependency.key] === dependency.record.tree;
  });
  return isLinked && store.tree(record.tree) !== undefined;
}

/**
 * A `cdylib` and what else is not named by a hash may want the same path as another unit. Only one can have it;
 * the other is compiled.
 */
function collides(record: UnitRecord, occupied: Map<string, Digest>): boolean {
  const { files } = record;
  const isAnother = (file: TreeFile) =>
    file.type === "file" && (occupied.get(file.path) ?? file.digest) !== file.digest;
  if (files.some(isAnother)) return true;
  for (const file of files) if (file.type === "file") occupied.set(file.path, file.digest);
  return false;
}
