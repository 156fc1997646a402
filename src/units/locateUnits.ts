import type { Digest } from "../base/digest.ts";
import type { Message } from "../cargo/message.ts";
import { dependencyFingerprints, fingerprintAt, type TargetReader, type UnitPlace } from "./targetLayout.ts";
import type { PlannedUnit, UnitPlan } from "./unitPlan.ts";
import { signatureOfMessage, signatureOfUnit } from "./unitSignature.ts";

/**
 * Where each unit of a plan lies in the target directory, by key. A unit that Cargo did not report, or that
 * cannot be told from another, is left out: it is compiled again next time.
 */
export function locateUnits(plan: UnitPlan, messages: readonly Message[], reader: TargetReader): Map<Digest, UnitPlace> {
  const places = placesBySignature(messages);
  const rivals = Map.groupBy(plan.units, ({ unit }) => signatureOfUnit(unit));
  const located = new Map<Digest, UnitPlace>();
  for (const planned of plan.units) {
    const signature = signatureOfUnit(planned.unit);
    const candidates = [...(places.get(signature)?.values() ?? [])].map((place) => named(planned, place));
    const sole = candidates.length === 1 && rivals.get(signature)?.length === 1;
    const place = sole ? candidates[0] : byDependencies(planned, candidates, { located, reader });
    if (place) located.set(planned.key, place);
  }
  return located;
}

function placesBySignature(messages: readonly Message[]): Map<string, Map<string, UnitPlace>> {
  const places = new Map<string, Map<string, UnitPlace>>();
  for (const message of messages) {
    const found = signatureOfMessage(message);
    if (!found) continue;
    const same = places.get(found.signature) ?? new Map<string, UnitPlace>();
    same.set(`${found.place.root}/${found.place.directory}`, found.place);
    places.set(found.signature, same);
  }
  return places;
}

/** The files in `deps/` bear the crate's name and the directories the package's. */
function named({ unit }: PlannedUnit, place: UnitPlace): UnitPlace {
  return { ...place, directory: place.directory.replace(/^\*/, unit.package.name) };
}

/** The one candidate that was compiled against exactly the units that this one depends on. */
function byDependencies(
  planned: PlannedUnit,
  candidates: readonly UnitPlace[],
  known: { located: ReadonlyMap<Digest, UnitPlace>; reader: TargetReader },
): UnitPlace | undefined {
  const wanted = planned.dependencies.map((key) => {
    const place = known.located.get(key);
    return place && fingerprintAt(known.reader, place);
  });
  if (wanted.includes(undefined)) return undefined;
  const expected = wanted.toSorted().join();
  const matching = candidates.filter(
    (candidate) => dependencyFingerprints(known.reader, candidate).toSorted().join() === expected,
  );
  return matching.length === 1 ? matching[0] : undefined;
}
