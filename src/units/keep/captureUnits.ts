import type { Digest } from "../../base/digest.ts";
import type { Message } from "../../cargo/plan/message.ts";
import type { Store } from "../../store/store.ts";
import { baseKey, environmentFor, isPure, type KeyContext, localKey } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { includesOutside, readsOf, recordReads } from "../key/unitReads.ts";
import { fingerprintAt, placeName, type TargetReader, type UnitPlace } from "../layout/targetLayout.ts";
import type { KeptUnit } from "./chooseUnits.ts";
import type { LocatedUnits } from "./locateUnits.ts";
import { takenAsRestored } from "./takenAsRestored.ts";
import { recordUnit, storeUnit, type UnitFiles } from "./unitRecord.ts";
import type { WrittenUnits } from "./writtenUnits.ts";

type Capture = Build & {
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
  if (reads) recordReads(store.records, base, reads);
  const key = reads && local ? localKey(base, reads, local) : base;
  const against = Object.fromEntries(
    planned.dependencies.flatMap(({ id }) => {
      const dependency = kept.get(id);
      return dependency ? [[dependency.key, dependency.record.tree] as const] : [];
    }),
  );
  const record = { ...files, against, ...(reads && { reads }), ...(places.length > 1 && { shared: true }) };
  recordUnit(store.records, key, record);
  return { key, record };
}

/** What a build left of a unit that it compiled. */
type UnitLeft = {
  /** Where it lies; several places if it shares them with others. */
  readonly places: readonly UnitPlace[];
  /** Of its files, in the target directory. */
  readonly paths: readonly string[];
  /** Cargo finished it, and what it was compiled from is what its key will say. */
  readonly complete: boolean;
  /** It is a vendored unit that depends on what is installed, although nothing else than rustc had a part in it. */
  readonly readsSystem: boolean;
  /** What a unit of the project's own read, see `LocalSource.digestOf`; absent for others. */
  readonly reads?: readonly string[];
};

type Build = {
  readonly context: KeyContext;
  readonly located: LocatedUnits;
  /** Those that were there at the start, by id. */
  readonly restored: ReadonlyMap<Digest, KeptUnit>;
  readonly written: WrittenUnits;
  readonly reader: TargetReader;
  readonly messages: readonly Message[];
  /** See `writtenElsewhere`. */
  readonly elsewhere: boolean;
};

/** Tells what a build left of each unit; undefined of one that it did not compile. */
function unitLeft(store: Store, build: Build): (planned: PlannedUnit) => UnitLeft | undefined {
  const { context, located, restored, written, reader } = build;
  const isAsRestored = takenAsRestored(store, build);
  // Of places that units share all have to be new: of a single one nobody could say whose it is.
  const isNew = (place: UnitPlace) => written.has(place) && fingerprintAt(reader, place) !== undefined;
  return (planned) => {
    const before = restored.get(planned.id);
    const places = located.get(planned.id) ?? [];
    const changed = places.some((place) => written.has(place) && !(before && isAsRestored(before, place)));
    if (!changed) return undefined;
    const paths = places.flatMap((place) => written.filesOf(planned, place));
    const readsSystem = isVendored(planned, context) && isPure(planned) && includesOutside(reader, paths);
    const finished = places.every(isNew) && isAsKeyed(planned, context, readsSystem);
    const reads = finished ? localReads(planned, build, places) : undefined;
    const complete = finished && !(reads && hasMore(planned, reads, build));
    return { places, paths, complete, readsSystem, ...(reads && { reads }) };
  };
}

/** What was compiled in another environment than the one of its key must not be taken for what the key promises. */
function isAsKeyed(planned: PlannedUnit, context: KeyContext, readsSystem: boolean): boolean {
  const { environment, own } = context;
  if (!isVendored(planned, context)) return true;
  if (readsSystem) return environment.whole === own.whole;
  return environmentFor(planned, environment) === environmentFor(planned, own);
}

/** Whether files that are not the unit's belong to it, or its key does not have all that it knows. */
function hasMore({ unit }: PlannedUnit, reads: readonly string[], { elsewhere }: Build): boolean {
  if (unit.mode === "run-custom-build") return elsewhere;
  // Set where Cargo was asked for the package itself, and not for one that depends on it.
  return reads.includes("env:CARGO_PRIMARY_PACKAGE");
}

function isVendored({ unit }: PlannedUnit, { contentOf }: KeyContext): boolean {
  return contentOf(unit.target.srcPath) !== undefined;
}

function localReads(
  planned: PlannedUnit,
  { context, written, reader }: Build,
  places: readonly UnitPlace[],
): readonly string[] | undefined {
  if (isVendored(planned, context) || !context.local) return undefined;
  const { variables, workspace } = context.local;
  const reads = places.flatMap((place) => {
    const files = written.filesOf(planned, place);
    return readsOf(planned, { reader, place, files, variables, workspace });
  });
  return [...new Set(reads)];
}
