import { localPath } from "../localPath.ts";
import type { DummyPlan } from "./dummyPlan.ts";
import { pathReplacements } from "./pathReferences.ts";

/**
 * Packages of the source that `[patch]` or `[replace]` puts in the place of others. They keep their version:
 * it must satisfy the requirements of packages that we do not write.
 */
export function replacementDirectories({
  manifests,
  configs,
}: Pick<DummyPlan, "manifests" | "configs">): ReadonlySet<string> {
  const references = [
    ...manifests.flatMap(pathReplacements),
    ...configs.flatMap(({ replacements }) => replacements),
  ];
  return new Set(references.flatMap(({ from, path }) => localPath(from, path) ?? []));
}
