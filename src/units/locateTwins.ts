import type { Digest } from "../base/digest.ts";
import {
  dependencyFingerprints,
  fingerprintAt,
  placeName,
  type TargetReader,
  type UnitPlace,
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
  readonly located: Map<Digest, UnitPlace>;
  readonly reader: TargetReader;
};

/** Finds the places of twins by the units around them, as long as each round finds another. */
export function locateTwins(twins: readonly Twin[], known: Known): void {
  const dependents = dependentsOf(new Set(twins.map(({ planned }) => planned.id)), known.plan);
  for (let left = [...twins], before = -1; left.length !== before; ) {
    before = left.length;
    left = left.filter((twin) => {
      const place = placeOf(twin, dependents.get(twin.planned.id) ?? [], known);
      if (place) known.located.set(twin.planned.id, place);
      return !place;
    });
  }
}

function placeOf(twin: Twin, dependents: readonly Digest[], known: Known): UnitPlace | undefined {
  const { located, reader } = known;
  const fingerprint = (id: Digest) => fingerprintOf(reader, located.get(id));
  const below = twin.planned.dependencies.flatMap(({ id }) => fingerprint(id) ?? []);
  const above = dependents.flatMap((id) => {
    const place = located.get(id);
    return place ? [new Set(dependencyFingerprints(reader, place))] : [];
  });
  // A place is one unit's alone, and each unit has one of its candidates.
  const taken = new Set([...located.values()].map(placeName));
  const free = twin.candidates.filter((candidate) => !taken.has(placeName(candidate)));
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

function fingerprintOf(reader: TargetReader, place: UnitPlace | undefined): string | undefined {
  return place && fingerprintAt(reader, place);
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
