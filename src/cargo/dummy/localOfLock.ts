import type { LockPackage } from "../lock.ts";
import type { LocalManifest } from "./localManifest.ts";

/**
 * The package of the source that an entry of the lock without a `source` stands for. The version decides only
 * between packages of one name: in a lock that was not updated after a version bump it is the old one.
 */
export function localOfLock(
  { name, version, source }: LockPackage,
  manifests: readonly LocalManifest[],
): LocalManifest | undefined {
  if (source) return undefined;
  const named = manifests.filter(({ resolved }) => resolved.package?.name === name);
  return named.find((local) => realVersion(local) === version) ?? (named.length === 1 ? named[0] : undefined);
}

/** The version as the manifest or its workspace says it. Absent means `0.0.0`, since Cargo 1.75. */
export function realVersion({ resolved }: LocalManifest): string {
  return resolved.package?.version ?? "0.0.0";
}
