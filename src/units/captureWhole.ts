import type { Digest } from "../base/digest.ts";
import type { Message } from "../cargo/message.ts";
import { parsePackageId } from "../cargo/parsePackageId.ts";
import type { Store } from "../store/store.ts";
import { storeUnit } from "./storeUnit.ts";
import { takenAsRestored } from "./takenAsRestored.ts";
import { fingerprintAt, placeName, type TargetReader } from "./targetLayout.ts";
import { signatureOfMessage } from "./unitSignature.ts";
import type { PlacedUnit } from "./wholeLayer.ts";
import { writtenUnits } from "./writtenUnits.ts";

type Left = {
  readonly directory: string;
  readonly reader: TargetReader;
  readonly messages: readonly Message[];
  readonly offered: readonly PlacedUnit[];
  readonly contentOf: (path: string) => Digest | undefined;
  readonly keepsCompiled: boolean;
};

/**
 * Moves the units that Cargo compiled of packages other than the project's own into the store; returns them and those
 * that it took as they were. Only what a message names together with its hash is kept: a stub of the project that
 * stayed would be taken for the real thing, and other files could be anybody's.
 */
export async function captureWhole(store: Store, left: Left): Promise<PlacedUnit[]> {
  const written = writtenUnits(left.directory);
  const isAsRestored = takenAsRestored(store, left);
  const before = new Map(left.offered.map((unit) => [placeName(unit.place), unit]));
  const kept: PlacedUnit[] = [];
  for (const { place, source, content } of reportedUnits(left).values()) {
    const restored = before.get(placeName(place));
    const isRestored = restored !== undefined && isAsRestored({ record: restored }, place);
    if (restored && (isRestored || !written.has(place))) kept.push(restored);
    else if (left.keepsCompiled && written.has(place) && fingerprintAt(left.reader, place) !== undefined) {
      const stored = await storeUnit(store, left.directory, written.filesAt(place));
      if (stored) kept.push({ place, source, content, ...stored });
    }
  }
  return kept;
}

type ReportedUnit = Pick<PlacedUnit, "place" | "source" | "content">;

/** By place. Of a build script's run only the package is told, whose files other messages name. */
function reportedUnits({ messages, contentOf }: Left): Map<string, ReportedUnit> {
  const sources = new Map<string, string>();
  const found = new Map<string, ReportedUnit>();
  for (const message of messages) {
    if (message.type === "compiler-artifact") sources.set(message.packageId, message.target.srcPath);
    if (message.type !== "compiler-artifact" && message.type !== "build-script-executed") continue;
    const reported = signatureOfMessage(message);
    const source = sources.get(message.packageId);
    const content = source === undefined ? undefined : contentOf(source);
    if (!reported || source === undefined || content === undefined) continue;
    const { root, hash } = reported;
    const directory = reported.directory ?? (hash && `${parsePackageId(message.packageId)?.name}-${hash}`);
    if (directory) found.set(placeName({ root, directory }), { place: { root, directory }, source, content });
  }
  return found;
}
