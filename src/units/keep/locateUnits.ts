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
import { type ReportedUnit, signatureOfMessage, signatureOfUnit } from "../layout/unitMessages.ts";
import type { WrittenUnits } from "../layout/writtenUnits.ts";
import type { UnitFiles } from "./unitRecord.ts";

type Build = {
  readonly messages: readonly Message[];
  readonly reader: TargetReader;
  readonly written: WrittenUnits;
  /** The files of units that were there at the start, by id. Default: none were. */
  readonly restored?: ReadonlyMap<Digest, { readonly record: UnitFiles }>;
};

/** The place of each unit, by id. Several places are shared: each of the units that have them may lie at any. */
export type LocatedUnits = ReadonlyMap<Digest, readonly UnitPlace[]>;

/**
 * Finds the units of a plan in the target directory. A message of Cargo's says where a unit lies, but shows only its
 * signature. Most units are the only ones with theirs. For the others, such as a build script that runs for the host
 * and for the target, see `locateTwins`. A unit that Cargo did not report, or that cannot be told from another, is left
 * out: it is compiled again next time.
 */
export function locateUnits(plan: UnitPlan, build: Build): LocatedUnits {
  const reported = reportedBySignature(build.messages);
  const units = plan.filter(({ unit }) => !isDocumenting(unit));
  const groups = Map.groupBy(units, ({ unit, test }) => `${signatureOfUnit(unit)} ${test}`);
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
        twins.push({ planned, candidates, isComplete: candidates.length >= group.length });
    }
  }
  locateTwins(twins, { plan, located, reader: build.reader });
  return located;
}

function reportedBySignature(messages: readonly Message[]): Map<string, ReportedUnit[]> {
  const units = messages.flatMap((message) => signatureOfMessage(message) ?? []);
  return Map.groupBy(units, ({ signature }) => signature);
}

/**
 * Most file names hold the unit's hash. For the others, all units of that target which Cargo just compiled, of whatever
 * profile: a proc macro is compiled for those who use it and, in a workspace, for its own sake.
 */
function placesFor(
  planned: PlannedUnit,
  { root, hash, directory, test, fresh }: ReportedUnit,
  { reader, written }: Build,
): UnitPlace[] {
  const { name } = planned.unit.package;
  if (directory !== undefined) return [{ root, directory }];
  if (hash !== undefined) return [{ root, directory: `${name}-${hash}` }];
  if (fresh) return [];
  const stem = `${test ? "test-" : ""}${fingerprintKind(planned)}-${planned.unit.target.name}`;
  const isFinished = (place: UnitPlace) => fingerprintAt(reader, place) !== undefined;
  return written
    .placesOf(name, root)
    .filter((place) => fingerprintName(reader, place) === stem && isFinished(place))
    .filter((place) => !isArtifactAlone(written.filesAt(place)));
}

/** Whether what was compiled at a place is for another package alone: one for its own sake has its files in `deps/` itself. */
function isArtifactAlone(files: readonly string[]): boolean {
  const [artifacts, others] = [/\/deps\/artifact\//, /\/deps\/[^/]+$/].map((at) =>
    files.some((path) => at.test(path)),
  );
  return artifacts === true && others === false;
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

/** A unit whose signature others have, too, so that it may lie at more than one place. */
type Twin = {
  readonly planned: PlannedUnit;
  /** The places that it may lie at. */
  readonly candidates: readonly UnitPlace[];
  /** Each unit with its signature has a place among them: what is left when the others have theirs is its own. */
  readonly isComplete: boolean;
};

type Search = {
  readonly plan: UnitPlan;
  /** Grows with each twin that is located. */
  readonly located: Map<Digest, readonly UnitPlace[]>;
  readonly reader: TargetReader;
};

/**
 * Locates twins by Cargo's fingerprints: that of a unit names the fingerprints of its dependencies. So the place of a
 * twin is the candidate whose fingerprint names those of the twin's located dependencies, and is named by those of its
 * located dependents. A twin that is located may tell others apart.
 *
 * Of the runs of one build script even the fingerprints may be equal. Those that are left share their places, which
 * may tell others apart in turn.
 */
function locateTwins(twins: readonly Twin[], search: Search): void {
  const dependents = dependentsOf(new Set(twins.map(({ planned }) => planned.id)), search.plan);
  const rest = tellApart(twins, dependents, search);
  const runs = rest.filter(({ planned }) => planned.unit.mode === "run-custom-build");
  for (const group of Map.groupBy(runs, ({ planned }) => planned.unit.packageId).values())
    sharePlaces(group, search);
  const others = rest.filter(({ planned }) => !search.located.has(planned.id));
  if (runs.length > 0) tellApart(others, dependents, search);
}

/** Locates twins as long as each round locates another one. Returns the rest. */
function tellApart(
  twins: readonly Twin[],
  dependents: ReadonlyMap<Digest, readonly Digest[]>,
  search: Search,
): readonly Twin[] {
  const rest = twins.filter((twin) => {
    const place = placeOfTwin(twin, dependents.get(twin.planned.id) ?? [], search);
    if (place) search.located.set(twin.planned.id, [place]);
    return !place;
  });
  return rest.length === twins.length ? rest : tellApart(rest, dependents, search);
}

/**
 * The place of a twin, if it is certain. One candidate alone may fit because the twin was not compiled, and it is
 * another's. It is the twin's if a dependent names it, if all other candidates are others' places, or if the group is
 * complete and all dependencies are located.
 */
function placeOfTwin(twin: Twin, dependents: readonly Digest[], search: Search): UnitPlace | undefined {
  const { reader, located } = search;
  const { dependencies } = twin.planned;
  // Where a unit has several places, their fingerprints are equal.
  const placesAt = (id: Digest) => (located.get(id) ?? []).slice(0, 1);
  const below = dependencies.flatMap(({ id }) =>
    placesAt(id).flatMap((place) => fingerprintAt(reader, place) ?? []),
  );
  const above = dependents.flatMap((id) =>
    placesAt(id).map((place) => new Set(dependencyFingerprints(reader, place))),
  );
  const free = freeCandidates(twin, search);
  const fitting = free.filter((candidate) => {
    const names = new Set(dependencyFingerprints(reader, candidate));
    const fingerprint = fingerprintAt(reader, candidate) ?? "";
    return below.every((each) => names.has(each)) && above.every((each) => each.has(fingerprint));
  });
  const isLast = free.length === 1 && twin.candidates.length > 1;
  const isAllBelow = below.length > 0 && below.length === dependencies.length;
  const isCertain = above.length > 0 || isLast || (twin.isComplete && isAllBelow);
  return isCertain && fitting.length === 1 ? fitting[0] : undefined;
}

/** A place is one unit's alone, and each unit has one of its candidates. */
function freeCandidates({ candidates }: Twin, { located }: Search): UnitPlace[] {
  const occupied = new Set([...located.values()].flat().map(placeName));
  return candidates.filter((candidate) => !occupied.has(placeName(candidate)));
}

/**
 * Runs of one build script share their free candidates if there are as many as runs, and their fingerprints are equal.
 * The fingerprint of a run holds neither profile nor platform, and no path either unless the script says which files it
 * reads (seen with Cargo 1.95).
 */
function sharePlaces(runs: readonly Twin[], search: Search): void {
  const places = uniquePlaces(runs.flatMap((run) => freeCandidates(run, search)));
  const fingerprints = new Set(places.map((place) => fingerprintAt(search.reader, place)));
  if (places.length !== runs.length || fingerprints.size !== 1 || fingerprints.has(undefined)) return;
  for (const { planned } of runs) search.located.set(planned.id, places);
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
