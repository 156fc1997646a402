import type { Digest } from "../../base/digest.ts";
import type { Store } from "../../store/store.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";

/** The tree of a crate that was unpacked before, if the store still has it: one look-up. */
export function knownTree(crate: LockedCrate, store: Store): Digest | undefined {
  return store.records.get("crate", keyOf(crate));
}

/** Remembers the tree of a crate whose checksum was verified. */
export function rememberTree(crate: LockedCrate, digest: Digest, store: Store): void {
  store.records.set("crate", keyOf(crate), digest);
}

/** With name and version, since they decide which entries of the archive are in place. */
function keyOf(crate: LockedCrate): string {
  return `${crate.checksum} ${crateStem(crate)}`;
}
