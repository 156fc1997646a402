import { existsSync } from "node:fs";
import type { Message } from "../../cargo/plan/message.ts";
import type { Store } from "../../store/store.ts";
import { fingerprintAt, type TargetReader, type UnitPlace } from "../layout/targetLayout.ts";
import { signatureOfMessage } from "../layout/unitMessages.ts";
import type { UnitRecord } from "./unitRecord.ts";

type Restored = { readonly record: Pick<UnitRecord, "tree"> };

type Build = { readonly messages: readonly Message[]; readonly reader: TargetReader };

/**
 * Tells whether Cargo took a restored unit as it was. Every build script and proc macro can write to the files of
 * all units in the target directory: what it left there must never be kept under the key of a unit that it is not.
 */
export function takenAsRestored(store: Store, build: Build): (before: Restored, place: UnitPlace) => boolean {
  const compiled = new Set(
    build.messages.flatMap((message) => {
      if (message.type !== "compiler-artifact" || message.fresh) return [];
      const reported = signatureOfMessage(message);
      return reported ? [`${reported.root} ${reported.hash}`] : [];
    }),
  );
  return ({ record }, place) => {
    const tree = store.pathOf(record.tree);
    const locate = (path: string) => (existsSync(`${tree}/${path}`) ? `${tree}/${path}` : undefined);
    // Of a build script that ran again no message tells, only its fingerprint.
    const isSame = fingerprintAt({ locate }, place) === fingerprintAt(build.reader, place);
    return isSame && !compiled.has(`${place.root} ${place.directory.slice(-16)}`);
  };
}
