import type { DummyPlan } from "./dummyPlan.ts";
import { realVersion } from "./localOfLock.ts";

/**
 * The version of each package of the source in the dummy, by directory: `0.0.0` for all, so that a release
 * leaves the dummy as it was. Packages that share their name are told apart by the last number, in the order
 * of their directories; a number that a package of that name has in the lock or keeps is passed over.
 *
 * @param kept directories of packages whose version matters to others
 */
export function dummyVersions(
  { manifests, locks }: Pick<DummyPlan, "manifests" | "locks">,
  kept: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const fromOutside = locks.flatMap(({ lock }) => lock.packages.filter(({ source }) => source));
  const taken = new Set(fromOutside.map(({ name, version }) => `${name} ${version}`));
  const versions = new Map<string, string>();
  for (const local of manifests.filter(({ directory }) => kept.has(directory))) {
    versions.set(local.directory, realVersion(local));
    taken.add(`${local.resolved.package?.name} ${realVersion(local)}`);
  }
  for (const { directory, resolved } of manifests) {
    if (!resolved.package || versions.has(directory)) continue;
    let number = 0;
    while (taken.has(`${resolved.package.name} 0.0.${number}`)) number++;
    versions.set(directory, `0.0.${number}`);
    taken.add(`${resolved.package.name} 0.0.${number}`);
  }
  return versions;
}
