import type { Digest } from "../base/digest.ts";
import type { Message } from "../cargo/message.ts";
import type { Store } from "../store/store.ts";
import type { KeptUnit } from "./chooseUnits.ts";
import { storeUnit } from "./storeUnit.ts";
import { takenAsRestored } from "./takenAsRestored.ts";
import { fingerprintAt, type TargetReader, type UnitPlace } from "./targetLayout.ts";
import { baseKey, type KeyContext, localKey } from "./unitKey.ts";
import type { PlannedUnit, UnitPlan } from "./unitPlan.ts";
import { readsOf, recordReads } from "./unitReads.ts";
import { recordUnit } from "./unitRecord.ts";
import type { WrittenUnits } from "./writtenUnits.ts";

export type Capture = {
  readonly plan: UnitPlan;
  readonly context: KeyContext;
  readonly located: ReadonlyMap<Digest, UnitPlace>;
  /** Those that were there at the start, by id. */
  readonly restored: ReadonlyMap<Digest, KeptUnit>;
  /** The host's directory with what the build wrote. Files are moved out of it. */
  readonly directory: string;
  readonly written: WrittenUnits;
  readonly reader: TargetReader;
  readonly messages: readonly Message[];
};

/**
 * Moves the units that Cargo compiled into the store and records them; returns all units of the plan that are
 * there now, by id. One whose dependency is not recorded is not recorded either, nor one that Cargo did not finish.
 */
export async function captureUnits(store: Store, capture: Capture): Promise<Map<Digest, KeptUnit>> {
  const { plan, context, located, restored, written, reader } = capture;
  const kept = new Map<Digest, KeptUnit>();
  const keys = new Map<Digest, Digest>();
  const isAsRestored = takenAsRestored(store, capture);
  for (const planned of plan) {
    const before = restored.get(planned.id);
    const place = located.get(planned.id);
    const changed = place !== undefined && written.has(place);
    const compiled = changed && !(before && isAsRestored(before, place));
    const base = baseKey(planned, keys, context);
    if (!base) continue;
    const complete = compiled && isFoundAgain(planned, context) && fingerprintAt(reader, place) !== undefined;
    const now = complete ? await capturedUnit(store, { capture, planned, place, base, kept }) : before;
    // Restored, and then compiled after all, but not finished: neither is there.
    if (!now || (compiled && !complete)) continue;
    kept.set(planned.id, now);
    keys.set(planned.id, now.key);
  }
  return kept;
}

/** What was compiled in another environment than the one of its key must not be taken for what the key promises. */
function isFoundAgain({ unit }: PlannedUnit, { isStepsOwn, contentOf }: KeyContext): boolean {
  return isStepsOwn || contentOf(unit.target.srcPath) === undefined;
}

type Captured = {
  readonly capture: Capture;
  readonly planned: PlannedUnit;
  readonly place: UnitPlace;
  readonly base: Digest;
  readonly kept: ReadonlyMap<Digest, KeptUnit>;
};

async function capturedUnit(store: Store, captured: Captured): Promise<KeptUnit> {
  const { capture, planned, place, kept } = captured;
  const paths = capture.written.filesOf(planned, place);
  const reads = localReads(captured, paths);
  const key = reads ? keyByReads(store, captured, reads) : captured.base;
  const stored = await storeUnit(store, capture.directory, paths);
  const against = Object.fromEntries(
    planned.dependencies.flatMap(({ id }) => {
      const dependency = kept.get(id);
      return dependency ? [[dependency.key, dependency.record.tree] as const] : [];
    }),
  );
  const record = { ...stored, against, ...(reads && { reads }) };
  recordUnit(store.memo, key, record);
  return { key, record };
}

/** What a unit of the project's own read, as its files say; undefined for units of other packages. */
function localReads(
  { capture, planned, place }: Captured,
  files: readonly string[],
): readonly string[] | undefined {
  const { context, reader } = capture;
  if (context.contentOf(planned.unit.target.srcPath) !== undefined || !context.local) return undefined;
  const { variables, workspace } = context.local;
  return readsOf(planned, { reader, place, files, variables, workspace });
}

function keyByReads(store: Store, { capture, base }: Captured, reads: readonly string[]): Digest {
  const { local } = capture.context;
  if (!local) return base;
  recordReads(store.memo, base, reads);
  return localKey(base, reads, local);
}
