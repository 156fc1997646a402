import type { Digest } from "../../base/digest.ts";
import type { Message } from "../../cargo/plan/message.ts";
import { isDocumenting } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import {
  dependencyFingerprints,
  fingerprintAt,
  fingerprintName,
  placeName,
  placesOf,
  type TargetReader,
  type UnitPlace,
  uniquePlaces,
} from "../layout/targetLayout.ts";
import { type Reported, signatureOfMessage, signatureOfUnit } from "../layout/unitMessages.ts";
import type { UnitFiles } from "./unitRecord.ts";
import type { WrittenUnits } from "./writtenUnits.ts";

type Build = {
  readonly messages: readonly Message[];
  readonly reader: TargetReader;
  readonly written: WrittenUnits;
  /** The files of units that were there at the start, by id. Default: none were. */
  readonly restored?: ReadonlyMap<Digest, { readonly record: UnitFiles }>;
};

/**
 * Where each unit lies, by id. One has several places if these are other units' as well, and nothing tells which is
 * whose: see `locateTwins`.
 */
export type LocatedUnits = ReadonlyMap<Digest, readonly UnitPlace[]>;

/**
 * Finds the units of a plan in the target directory. Most units are the only ones that look as a message
 * says. Twins, such as a build script that runs for the host and for the target, are told apart by Cargo's
 * fingerprints: each names those that it was compiled against. A unit that Cargo did not report, or that cannot be
 * told from another, is left out: it is compiled again next time.
 */
export function locateUnits(plan: UnitPlan, build: Build): LocatedUnits {
  const reported = reportedBySignature(build.messages);
  const kept = plan.filter(({ unit }) => !isDocumenting(unit));
  const groups = Map.groupBy(kept, ({ unit, test }) => `${signatureOfUnit(unit)} ${test}`);
  const located = new Map<Digest, readonly UnitPlace[]>();
  const twins: Twin[] = [];
  for (const group of groups.values()) {
    for (const planned of group) {
      const alike = reported.get(signatureOfUnit(planned.unit)) ?? [];
      const same = alike.filter((one) => one.test === (planned.test ?? one.test));
      const candidates = uniquePlaces(same.flatMap((one) => placesFor(planned, one, build)));
      const isSole = candidates.length === 1 && group.length === 1;
      const place = isSole ? candidates[0] : placeBefore(planned, candidates, build);
      if (place) located.set(planned.id, [place]);
      else if (candidates.length > 0)
        twins.push({ planned, candidates, complete: candidates.length >= group.length });
    }
  }
  locateTwins(twins, { plan, located, reader: build.reader });
  return located;
}

function reportedBySignature(messages: readonly Message[]): Map<string, Reported[]> {
  const reported = new Map<string, Reported[]>();
  for (const message of messages) {
    const found = signatureOfMessage(message);
    if (found) reported.set(found.signature, [...(reported.get(found.signature) ?? []), found]);
  }
  return reported;
}

/**
 * Most file names hold the unit's hash. For the others, all units of that target which Cargo just compiled, of whatever
 * profile: a proc macro is compiled for those who use it and, in a workspace, for its own sake.
 */
function placesFor(
  planned: PlannedUnit,
  { root, hash, directory, test, fresh }: Reported,
  { reader, written }: Build,
): UnitPlace[] {
  const { name } = planned.unit.package;
  if (directory !== undefined) return [{ root, directory }];
  if (hash !== undefined) return [{ root, directory: `${name}-${hash}` }];
  if (fresh) return [];
  const stem = `${test ? "test-" : ""}${fingerprintKind(planned)}-${planned.unit.target.name}`;
  const finished = (place: UnitPlace) => fingerprintAt(reader, place) !== undefined;
  return written
    .placesOf(name, root)
    .filter((place) => fingerprintName(reader, place) === stem && finished(place));
}

/** Cargo's names of target kinds in fingerprint files (seen with Cargo 1.95). */
function fingerprintKind({ unit }: PlannedUnit): string {
  const kind = unit.target.kind[0] ?? "";
  if (kind === "test") return "integration-test";
  return ["bin", "example", "bench"].includes(kind) ? kind : "lib";
}

/** Where a restored unit was put, if it has that place to itself and Cargo looked for it there. */
function placeBefore(
  { id }: PlannedUnit,
  candidates: readonly UnitPlace[],
  { restored }: Build,
): UnitPlace | undefined {
  const places = placesOf((restored?.get(id)?.record.files ?? []).map(({ path }) => path));
  const [place, ...others] = places.map(placeName);
  return others.length === 0 ? candidates.find((each) => placeName(each) === place) : undefined;
}

/** A unit with more than one place where it may lie. */
type Twin = {
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
function locateTwins(twins: readonly Twin[], known: Known): void {
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
