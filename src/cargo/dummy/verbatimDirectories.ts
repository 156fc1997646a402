import { localPath } from "../localPath.ts";
import { lockGraph } from "../lockGraph.ts";
import type { DummyPlan } from "./dummyPlan.ts";
import { localOfLock } from "./localOfLock.ts";
import { pathDependencies } from "./pathReferences.ts";

/**
 * Packages of the source on which a package from outside depends, and what they need themselves. This happens
 * by `[patch]`. They are dependencies in all but their place: a stub in their stead would not do, since
 * the package from outside calls their code.
 */
export function verbatimDirectories({
  manifests,
  locks,
}: Pick<DummyPlan, "manifests" | "locks">): ReadonlySet<string> {
  const byDirectory = new Map(manifests.map((local) => [local.directory, local]));
  const queue = locks.flatMap(({ lock }) =>
    [...lockGraph(lock)].flatMap(([one, dependencies]) =>
      one.source ? dependencies.flatMap((entry) => localOfLock(entry, manifests)?.directory ?? []) : [],
    ),
  );
  const found = new Set<string>();
  for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
    const local = byDirectory.get(directory);
    if (!local || found.has(directory)) continue;
    found.add(directory);
    const needed = pathDependencies(local, ["normal", "build"]);
    queue.push(...needed.flatMap(({ from, path }) => localPath(from, path) ?? []));
  }
  return found;
}
