import type { Digest } from "../base/digest.ts";
import type { Store } from "../store/store.ts";
import type { KeptUnit } from "./chooseUnits.ts";
import type { UnitFiles } from "./composeUnits.ts";
import { storeUnit } from "./storeUnit.ts";
import { placeName } from "./targetLayout.ts";
import { baseKey, localKey } from "./unitKey.ts";
import { type Build, type UnitLeft, unitLeft } from "./unitLeft.ts";
import type { PlannedUnit, UnitPlan } from "./unitPlan.ts";
import { recordReads } from "./unitReads.ts";
import { recordUnit } from "./unitRecord.ts";

export type Capture = Build & {
  readonly plan: UnitPlan;
  /** The host's directory with what the build wrote. Files are moved out of it. */
  readonly directory: string;
};

/**
 * Moves the units that Cargo compiled into the store and records them; returns all units of the plan that are
 * there now, by id. One whose dependency is not recorded is not recorded either, nor one that Cargo did not finish,
 * nor one with names that the store cannot have.
 */
export async function captureUnits(store: Store, capture: Capture): Promise<Map<Digest, KeptUnit>> {
  const { plan, context, restored, directory } = capture;
  const kept = new Map<Digest, KeptUnit>();
  const keys = new Map<Digest, Digest>();
  const leftOf = unitLeft(store, capture);
  // Before anything is moved: where units share their places, the first takes the files of all.
  const left = new Map(plan.map((planned) => [planned.id, leftOf(planned)]));
  const move = movedOnce(store, directory);
  for (const planned of plan) {
    const found = left.get(planned.id);
    const base = baseKey(planned, keys, context, found?.readsSystem);
    if (!base) continue;
    // Restored, and then compiled after all, but not finished: neither is there.
    if (found && !found.complete) continue;
    const files = found && (await move(found));
    const now = found
      ? files && recorded(store, { capture, planned, found, base, kept, files })
      : restored.get(planned.id);
    if (!now) continue;
    kept.set(planned.id, now);
    keys.set(planned.id, now.key);
  }
  return kept;
}

function movedOnce(store: Store, directory: string): (found: UnitLeft) => Promise<UnitFiles | undefined> {
  const moved = new Map<string, UnitFiles | undefined>();
  return async ({ places, paths }) => {
    const at = places.map(placeName).join("\n");
    if (!moved.has(at)) moved.set(at, await storeUnit(store, directory, paths));
    return moved.get(at);
  };
}

type Captured = {
  readonly capture: Capture;
  readonly planned: PlannedUnit;
  readonly found: UnitLeft;
  readonly files: UnitFiles;
  readonly base: Digest;
  readonly kept: ReadonlyMap<Digest, KeptUnit>;
};

function recorded(store: Store, { capture, planned, found, files, base, kept }: Captured): KeptUnit {
  const { reads, places } = found;
  const { local } = capture.context;
  if (reads) recordReads(store.memo, base, reads);
  const key = reads && local ? localKey(base, reads, local) : base;
  const against = Object.fromEntries(
    planned.dependencies.flatMap(({ id }) => {
      const dependency = kept.get(id);
      return dependency ? [[dependency.key, dependency.record.tree] as const] : [];
    }),
  );
  const record = { ...files, against, ...(reads && { reads }), ...(places.length > 1 && { shared: true }) };
  recordUnit(store.memo, key, record);
  return { key, record };
}
