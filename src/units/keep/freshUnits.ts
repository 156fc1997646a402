import { existsSync } from "node:fs";
import type { Message } from "../../cargo/plan/message.ts";
import type { Store } from "../../store/store.ts";
import { fingerprintAt, type TargetReader, type UnitPlace } from "../layout/targetLayout.ts";
import { placeOfFile } from "../layout/unitMessages.ts";
import type { UnitRecord } from "./unitRecord.ts";

type Restored = { readonly record: Pick<UnitRecord, "tree"> };

type Build = { readonly messages: readonly Message[]; readonly reader: TargetReader };

/**
 * Tells whether Cargo found a restored unit fresh: then its record stays, whatever lies at its place now. Build scripts
 * and proc macros can write to the files of every unit in the target directory, and what they wrote must never be kept
 * as a unit.
 *
 * A message says of each unit that was compiled that it is not fresh. Cargo does not say it of a build script that ran
 * again, and then the fingerprint of the run is another one than in the record. Both are looked at for every unit:
 * what was compiled again may have other bytes and the same fingerprint, and its dependents were compiled against those
 * bytes.
 */
export function freshUnits(store: Store, { messages, reader }: Build) {
  const compiled = new Set(messages.flatMap(compiledBy));
  return ({ record }: Restored, place: UnitPlace): boolean => {
    const tree = store.tree(record.tree);
    const recorded: TargetReader = {
      locate: (path) => (existsSync(`${tree}/${path}`) ? `${tree}/${path}` : undefined),
    };
    const isSame = fingerprintAt(recorded, place) === fingerprintAt(reader, place);
    return isSame && !compiled.has(hashName(place.root, place.directory));
  };
}

/** Of a library of the workspace, Cargo names the `rlib` without a hash, and its metadata with one. */
function compiledBy(message: Message): string[] {
  if (message.type !== "compiler-artifact" || message.fresh) return [];
  return message.filenames.flatMap((file) => {
    const { root = "", hash, directory = hash } = placeOfFile(file) ?? {};
    return directory === undefined ? [] : [hashName(root, directory)];
  });
}

/** The directory of a unit ends in its hash, in both layouts. */
function hashName(root: string, directory: string): string {
  return `${root} ${directory.slice(-16)}`;
}
