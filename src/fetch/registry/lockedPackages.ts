import { formatSourceId } from "../../cargo/formatSourceId.ts";
import type { Lock } from "../../cargo/lock.ts";
import type { LockedPackage } from "./lockedPackage.ts";

/** A parsed lock as vendoring reads it. */
export function lockedPackages(lock: Lock): LockedPackage[] {
  return lock.packages.map(({ name, version, source, checksum }) => ({
    name,
    version,
    checksum,
    source: source && formatSourceId(source),
  }));
}
