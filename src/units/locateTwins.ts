import type { Digest } from "../base/digest.ts";
import {
  dependencyFingerprints,
  fingerprintAt,
  placeName,
  type TargetReader,
  type UnitPlace,
  uniquePlaces,
} from "./targetLayout.ts";
import type { PlannedUnit, UnitPlan } from "./unitPlan.ts";

/** A unit with more than one place where it may lie. */
export type Twin = {
  readonly planned: PlannedUnit;
  readonly candidates: readonly UnitPlace[];
  /** There is a place for each unit of the group, so that what is not the other's is this one's. */
  readonly complete: boolean;
};

type Known = {
  readonly plan: UnitPlan;
  /** Grows with each twin that is found, which may tell others. */
  readonly located: Map<Digest, readonly UnitPlace[]>;
  readonly reader: TargetReader;
};

/**
 * Finds the places of twins by the units around them, as long as each round finds another. Runs of one build script
 * that are left then, since even Cargo's fingerprints of them are equal, share their places.
 */
export function locateTwins(twins: readonly Twin[], known: Known): void {
  const dependents = dependentsOf(new Set(twins.map(({ planned }) => planned.id)), known.plan);
  const isRun = ({ planned }: Twin) => planned.unit.mode === "run-custom-build";
  const runs = tellApart(twins, dependents, known).filter(isRun);
  for (const group of Map.groupBy(runs, ({ planned }) => planned.unit.packageId).values())
    shareAlike(group, known);
  const others = twins.filter(({ planned }) => !known.located.has(planned.id));
  if (runs.length > 0) tellApart(others, dependents, known);
}

/** Returns those that cannot be told from others. */
function tellApart(
  twins: readonly Twin[],
  dependents: ReadonlyMap<Digest, readonly Digest[]>,
  known: Known,
): readonly Twin[] {
  const left = twins.filter((twin) => {
    const place = placeOf(twin, dependents.get(twin.planned.id) ?? [], known);
    if (place) known.located.set(twin.planned.id, [place]);
    return !place;
  });
  return left.length === twins.length ? left : tellApart(left, dependents, known);
}

/**
 * The fingerprint of a run holds neither profile nor platform, and no path either unless the script says which files it
 * reads (seen with Cargo 1.95).
 */
function shareAlike(runs: readonly Twin[], known: Known): void {
  const places = uniquePlaces(runs.flatMap((run) => freeCandidates(run, known)));
  const fingerprints = new Set(places.map((place) => fingerprintAt(known.reader, place)));
  if (places.length !== runs.length || fingerprints.size !== 1 || fingerprints.has(undefined)) return;
  for (const { planned } of runs) known.located.set(planned.id, places);
}

function placeOf(twin: Twin, dependents: readonly Digest[], known: Known): UnitPlace | undefined {
  const { located, reader } = known;
  // Where there are several, their fingerprints are equal.
  const placesAt = (id: Digest) => (located.get(id) ?? []).slice(0, 1);
  const below = twin.planned.dependencies.flatMap(({ id }) =>
    placesAt(id).flatMap((place) => fingerprintAt(reader, place) ?? []),
  );
  const above = dependents.flatMap((id) =>
    placesAt(id).map((place) => new Set(dependencyFingerprints(reader, place))),
  );
  const free = freeCandidates(twin, known);
  const fitting = free.filter((candidate) => {
    const own = new Set(dependencyFingerprints(reader, candidate));
    const hash = fingerprintAt(reader, candidate) ?? "";
    return below.every((dependency) => own.has(dependency)) && above.every((needed) => needed.has(hash));
  });
  const allBelow = below.length > 0 && below.length === twin.planned.dependencies.length;
  const isLast = free.length === 1 && twin.candidates.length > 1;
  const certain = above.length > 0 || isLast || (twin.complete && allBelow);
  return certain && fitting.length === 1 ? fitting[0] : undefined;
}

/** A place is one unit's alone, and each unit has one of its candidates. */
function freeCandidates({ candidates }: Twin, { located }: Known): UnitPlace[] {
  const taken = new Set([...located.values()].flat().map(placeName));
  return candidates.filter((candidate) => !taken.has(placeName(candidate)));
}

function dependentsOf(ids: ReadonlySet<Digest>, plan: UnitPlan): Map<Digest, Digest[]> {
  const dependents = new Map<Digest, Digest[]>();
  for (const planned of plan) {
    for (const { id } of planned.dependencies) {
      if (ids.has(id)) dependents.set(id, [...(dependents.get(id) ?? []), planned.id]);
    }
  }
  return dependents;
}
