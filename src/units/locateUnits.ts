import type { Digest } from "../base/digest.ts";
import type { Message } from "../cargo/message.ts";
import { isDocumenting } from "./isDocumenting.ts";
import { locateTwins, type Twin } from "./locateTwins.ts";
import { fingerprintAt, fingerprintName, type TargetReader, type UnitPlace } from "./targetLayout.ts";
import type { PlannedUnit, UnitPlan } from "./unitPlan.ts";
import { type Reported, signatureOfMessage, signatureOfUnit } from "./unitSignature.ts";
import type { WrittenUnits } from "./writtenUnits.ts";

type Build = {
  readonly messages: readonly Message[];
  readonly reader: TargetReader;
  readonly written: WrittenUnits;
};

/**
 * Where each unit of a plan lies in the target directory, by id. Most units are the only ones that look as a message
 * says. Twins, such as a build script that runs for the host and for the target, are told apart by Cargo's
 * fingerprints: each names those that it was compiled against. A unit that Cargo did not report, or that cannot be
 * told from another, is left out: it is compiled again next time.
 */
export function locateUnits(plan: UnitPlan, build: Build): Map<Digest, UnitPlace> {
  const reported = reportedBySignature(build.messages);
  const kept = plan.filter(({ unit }) => !isDocumenting(unit));
  const groups = Map.groupBy(kept, ({ unit, test }) => `${signatureOfUnit(unit)} ${test}`);
  const located = new Map<Digest, UnitPlace>();
  const twins: Twin[] = [];
  for (const group of groups.values()) {
    for (const planned of group) {
      const alike = reported.get(signatureOfUnit(planned.unit)) ?? [];
      const same = alike.filter((one) => one.test === (planned.test ?? one.test));
      const candidates = unique(same.flatMap((one) => placesFor(planned, one, build)));
      const [sole] = candidates;
      if (sole && candidates.length === 1 && group.length === 1) located.set(planned.id, sole);
      else if (sole) twins.push({ planned, candidates, complete: candidates.length >= group.length });
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

function unique(places: readonly UnitPlace[]): UnitPlace[] {
  return [...new Map(places.map((place) => [`${place.root}/${place.directory}`, place])).values()];
}
