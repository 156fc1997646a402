import type { Digest } from "../../base/digest.ts";
import type { Store } from "../../store/store.ts";
import type { LocalSource } from "../key/localSource.ts";
import { baseKey, isPure, type KeyContext, localKey } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { recordedReads } from "../key/unitReads.ts";
import { recordedUnit, type UnitRecord } from "./unitRecord.ts";

/** A unit that is in the store. */
export type KeptUnit = { readonly key: Digest; readonly record: UnitRecord };

/**
 * The units of a plan that can be restored, by id: recorded, with their files still there, and compiled against
 * exactly the dependencies that are restored with them.
 */
export function chooseUnits(store: Store, plan: UnitPlan, context: KeyContext): Map<Digest, KeptUnit> {
  const runs = Map.groupBy(plan.filter(isRun), ({ unit }) => unit.packageId);
  const without = new Set<Digest>();
  for (;;) {
    const chosen = chooseAmong(store, plan, { context, without });
    const parted = [...runs.values()].flatMap((group) => partedFrom(group, chosen));
    if (parted.length === 0) return chosen;
    for (const id of parted) without.add(id);
  }
}

function isRun({ unit }: PlannedUnit): boolean {
  return unit.mode === "run-custom-build";
}

/** Those of the runs of one build script that were chosen with the files of another one that was not. */
function partedFrom(runs: UnitPlan, chosen: ReadonlyMap<Digest, KeptUnit>): Digest[] {
  if (runs.every(({ id }) => chosen.has(id))) return [];
  return runs.flatMap(({ id }) => (chosen.get(id)?.record.shared ? [id] : []));
}

type Among = { readonly context: KeyContext; readonly without: ReadonlySet<Digest> };

function chooseAmong(store: Store, plan: UnitPlan, { context, without }: Among): Map<Digest, KeptUnit> {
  const chosen = new Map<Digest, KeptUnit>();
  const keys = new Map<Digest, Digest>();
  const occupied = new Map<string, Digest>();
  for (const planned of plan) {
    if (without.has(planned.id)) continue;
    const found = candidateKeys(store, planned, { keys, context })
      .map((key) => ({ key, record: recordedUnit(store.records, key) }))
      .find((one): one is KeptUnit => one.record !== undefined && fits(store, one.record, planned, chosen));
    if (!found || collides(found.record, occupied)) continue;
    chosen.set(planned.id, found);
    keys.set(planned.id, found.key);
  }
  return chosen;
}

type Keys = { readonly keys: ReadonlyMap<Digest, Digest>; readonly context: KeyContext };

/** Of the project's own units there are as many as lists of files that they were seen to read. */
function candidateKeys(store: Store, planned: PlannedUnit, { keys, context }: Keys): Digest[] {
  const base = baseKey(planned, keys, context);
  if (base === undefined) return [];
  const { local, contentOf } = context;
  if (contentOf(planned.unit.target.srcPath) !== undefined || !local) {
    const system = isPure(planned) ? baseKey(planned, keys, context, true) : undefined;
    return system === undefined ? [base] : [base, system];
  }
  return recordedReads(store.records, base)
    .filter((reads) => !reads.some((read) => runsForWantOf(read, local)))
    .map((reads) => localKey(base, reads, local));
}

/** Cargo runs a build script in every build if a path that it named is not there. */
function runsForWantOf(read: string, local: LocalSource): boolean {
  return read.startsWith("tree:") && local.digestOf(read) === undefined;
}

function fits(
  store: Store,
  record: UnitRecord,
  planned: PlannedUnit,
  chosen: ReadonlyMap<Digest, KeptUnit>,
): boolean {
  const linked = planned.dependencies.every(({ id }) => {
    const dependency = chosen.get(id);
    return dependency !== undefined && record.against[dependency.key] === dependency.record.tree;
  });
  return linked && store.tree(record.tree) !== undefined;
}

/**
 * A `cdylib` and what else is not named by a hash may want the same path as another unit. Only one can have it;
 * the other is compiled.
 */
function collides(record: UnitRecord, occupied: Map<string, Digest>): boolean {
  const files = record.files.flatMap((file) => (file.type === "file" ? [file] : []));
  if (files.some((file) => (occupied.get(file.path) ?? file.digest) !== file.digest)) return true;
  for (const file of files) occupied.set(file.path, file.digest);
  return false;
}
