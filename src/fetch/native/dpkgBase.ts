import type { Digest } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { addPlannedTree } from "./addPlannedTree.ts";
import { dpkgClosure, dpkgFiles, findPackage, readDpkg, requiredBase, usualBase } from "./dpkg.ts";
import { compilerMissing } from "./packageSystem.ts";
import { addAlternatives, planTree, type TreePlan, wantedPath } from "./planTree.ts";
import type { BaseHost } from "./provider.ts";

/**
 * Makes a tree of the files of the installed compiler packages and of what they depend on; `version` is gcc's, in
 * dpkg's words.
 *
 * Errors: `c-compiler-missing`, `interrupted`.
 */
export async function makeDpkgBase(
  store: Store,
  host: BaseHost,
): Promise<Result<{ readonly digest: Digest; readonly version: string }>> {
  const { root } = host;
  const database = readDpkg(root);
  const absent = requiredBase.filter((name) => !findPackage(database, name));
  if (absent.length > 0) return err(compilerMissing("apt", absent));
  const closure = dpkgClosure(database, [...requiredBase, ...usualBase]);
  const plan = planTree(root, dpkgFiles(root, closure.values()), wantedInBase);
  addAlternatives(root, plan);
  addUsualNames(plan);
  const tree = await addPlannedTree(store, plan, { ...host, name: "base system" });
  return tree.ok ? ok({ digest: tree.value, version: findPackage(database, "gcc")?.version ?? "" }) : tree;
}

function wantedInBase(path: string): boolean {
  return wantedPath(path) && !path.startsWith("sbin/");
}

/** Names that build scripts call, where the host's choice of alternatives leads outside the base system. */
function addUsualNames(plan: TreePlan): void {
  const usual = { cc: ["gcc"], "c++": ["g++"], awk: ["mawk", "gawk"], sh: ["dash", "bash"] };
  for (const [name, candidates] of Object.entries(usual)) {
    const target = candidates.find((each) => plan.has(`bin/${each}`));
    if (!plan.has(`bin/${name}`) && target !== undefined) plan.set(`bin/${name}`, { type: "link", target });
  }
}
