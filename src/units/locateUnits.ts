import type { Digest } from "../base/digest.ts";
import type { Message } from "../cargo/message.ts";
import type { UnitFiles } from "./composeUnits.ts";
import { isDocumenting } from "./isDocumenting.ts";
import { locateTwins, type Twin } from "./locateTwins.ts";
import {
  fingerprintAt,
  fingerprintName,
  placeName,
  placesOf,
  type TargetReader,
  type UnitPlace,
  uniquePlaces,
} from "./targetLayout.ts";
import type { PlannedUnit, UnitPlan } from "./unitPlan.ts";
import { type Reported, signatureOfMessage, signatureOfUnit } from "./unitSignature.ts";
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
