import type { Lock, LockDependency, LockPackage } from "./lock.ts";

/**
 * Which package each dependency of a lock means: for every package, those it depends on, in the lock's order.
 * A dependency that no package answers to is left out (such a lock is stale; Cargo says so).
 *
 * @example
 * lockGraph(lock).get(app)?.map(({ name }) => name)
 */
export function lockGraph(lock: Lock): ReadonlyMap<LockPackage, readonly LockPackage[]> {
  const byName = Map.groupBy(lock.packages, ({ name }) => name);
  const find = (wanted: LockDependency): LockPackage | undefined => {
    const meant = byName.get(wanted.name)?.filter((one) => isMeant(one, wanted)) ?? [];
    // Of two packages alike in name and version, the one without a source is named without one.
    return meant.find((one) => !one.source && !wanted.source) ?? meant[0];
  };
  return new Map(
    lock.packages.map((one) => [one, one.dependencies.flatMap((dependency) => find(dependency) ?? [])]),
  );
}

function isMeant(one: LockPackage, { version, source }: LockDependency): boolean {
  if (version !== undefined && one.version !== version) return false;
  return (
    source === undefined ||
    (one.source?.kind === source.kind && one.source.url === source.url && hasReference(one, source))
  );
}

/** The same repository may be locked twice, at different references. */
function hasReference(one: LockPackage, wanted: LockDependency["source"]): boolean {
  if (one.source?.kind !== "git" || wanted?.kind !== "git") return true;
  const [a, b] = [one.source.reference, wanted.reference];
  return a.kind === b.kind && (a.kind === "default" || b.kind === "default" || a.name === b.name);
}
