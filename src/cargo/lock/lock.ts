// cargo/lock: `Cargo.lock` as typed data, of all versions, and back to the byte.

import type { SourceId } from "../sourceId.ts";

/**
 * A `Cargo.lock`. Versions 1 and 2 do not write their number; they differ in where checksums stand (at the
 * end of the file, or with their package) and in how dependencies are named.
 */
export type Lock = {
  readonly version: LockVersion;
  /** The user's own comment lines at the top, with `#`, without Cargo's two. */
  readonly comments: readonly string[];
  /** In the file's order, which is Cargo's: by name, version, source. */
  readonly packages: readonly LockPackage[];
  /** `[[patch.unused]]`: patches that no package uses. */
  readonly unusedPatches: readonly LockPackage[];
  /** `[metadata]`, without the checksums of version 1. */
  readonly metadata: Readonly<Record<string, string>>;
};

export type LockVersion = 1 | 2 | 3 | 4;

export type LockPackage = {
  readonly name: string;
  readonly version: string;
  /** Absent: a package of the workspace, or another one found by path. */
  readonly source?: SourceId;
  /** SHA-256 of the `.crate` file, hexadecimal. Only packages of registries have one. */
  readonly checksum?: string;
  readonly dependencies: readonly LockDependency[];
  /** The package that `[replace]` puts in its place. */
  readonly replace?: LockDependency;
};

/** Names a package of the same lock: by as little as tells it apart, or (version 1) by everything. */
export type LockDependency = {
  readonly name: string;
  readonly version?: string;
  readonly source?: SourceId;
};

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
