import type { Digest } from "../base/digest.ts";
import type { Message } from "../cargo/message.ts";
import type { Store } from "../store/store.ts";
import type { KeptUnit } from "./chooseUnits.ts";
import { includesOutside } from "./includesOutside.ts";
import type { LocatedUnits } from "./locateUnits.ts";
import { takenAsRestored } from "./takenAsRestored.ts";
import { fingerprintAt, type TargetReader, type UnitPlace } from "./targetLayout.ts";
import { environmentFor, isPure } from "./unitEnvironment.ts";
import type { KeyContext } from "./unitKey.ts";
import type { PlannedUnit } from "./unitPlan.ts";
import { readsOf } from "./unitReads.ts";
import type { WrittenUnits } from "./writtenUnits.ts";

/** What a build left of a unit that it compiled. */
export type UnitLeft = {
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

export type Build = {
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
export function unitLeft(store: Store, build: Build): (planned: PlannedUnit) => UnitLeft | undefined {
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
