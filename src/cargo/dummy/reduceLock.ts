import { byCodeUnit } from "../../base/canonical.ts";
import { compareVersions } from "../compareVersions.ts";
import { formatSourceId } from "../formatSourceId.ts";
import type { Lock, LockDependency, LockPackage } from "../lock.ts";
import { lockGraph } from "../lockGraph.ts";
import type { SourceId } from "../sourceId.ts";

/**
 * The lock with other versions for the source's own packages. How dependencies are named (`foo`, or
 * `foo 0.1.0` where there are two) and the order follow, so that Cargo finds it up to date under `--locked`.
 *
 * Dependencies that no package answers to are left out; Cargo reports such a lock where the real source is
 * built.
 *
 * @param versionOf the new version of a package without a source; undefined: it stays
 */
export function reduceLock(lock: Lock, versionOf: (local: LockPackage) => string | undefined): Lock {
  const graph = lockGraph(lock);
  const renamed = new Map<LockPackage, LockPackage>();
  for (const one of lock.packages) {
    renamed.set(one, one.source ? one : { ...one, version: versionOf(one) ?? one.version });
  }
  const name = namer([...renamed.values()], lock.version);
  const packages = [...renamed].map(([old, one]) => ({
    ...one,
    dependencies: (graph.get(old) ?? []).map((entry) => name(renamed.get(entry) ?? entry)).sort(byReference),
  }));
  packages.sort((a, b) => byCodeUnit(a.name, b.name) || compareVersions(a.version, b.version));
  return { ...lock, comments: [], packages };
}

/** Names a package by as little as tells it apart from `packages`; version 1 spells everything out. */
function namer(
  packages: readonly LockPackage[],
  lockVersion: Lock["version"],
): (one: LockPackage) => LockDependency {
  const byName = Map.groupBy(packages, (one) => one.name);
  return ({ name, version, source }) => {
    const others = byName.get(name) ?? [];
    const twins = others.filter((other) => other.version === version);
    const full = lockVersion === 1 || twins.length > 1;
    if (!full && others.length === 1) return { name };
    if (!full || !source) return { name, version };
    return { name, version, source: lockVersion === 1 ? source : withoutCommit(source) };
  };
}

/** Since version 2, only a package's own `source` has the commit. */
function withoutCommit(source: SourceId): SourceId {
  return source.kind === "git" ? { kind: "git", url: source.url, reference: source.reference } : source;
}

function byReference(a: LockDependency, b: LockDependency): number {
  const text = ({ source }: LockDependency): string => (source ? formatSourceId(source) : "");
  return (
    byCodeUnit(a.name, b.name) || byCodeUnit(a.version ?? "", b.version ?? "") || byCodeUnit(text(a), text(b))
  );
}
