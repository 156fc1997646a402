import { err, ok, type Result } from "../../base/result.ts";
import { dpkgClosure, dpkgFiles, findPackage, readDpkg, requiredBase, usualBase } from "./dpkg.ts";
import type { HostPlan } from "./hostTree.ts";
import { compilerMissing } from "./packageSystem.ts";
import { addAlternatives, planTree, type TreePlan, wantedPath } from "./planTree.ts";

/**
 * The files of the installed compiler packages and of what they depend on; `version` is gcc's, in dpkg's words.
 *
 * Errors: `c-compiler-missing`.
 */
export function planDpkgBase(root: string): Result<HostPlan> {
  const database = readDpkg(root);
  const absent = requiredBase.filter((name) => !findPackage(database, name));
  if (absent.length > 0) return err(compilerMissing("apt", absent));
  const closure = dpkgClosure(database, [...requiredBase, ...usualBase]);
  const plan = planTree(root, dpkgFiles(root, closure.values()), wantedInBase);
  addAlternatives(root, plan);
  addUsualNames(plan);
  return ok({ plan, version: findPackage(database, "gcc")?.version ?? "" });
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

/** The version of the first; undefined where one of them is not installed. */
export function installedVersion(root: string, names: readonly string[]): string | undefined {
  const database = readDpkg(root);
  const own = names.map((name) => findPackage(database, name));
  return own.includes(undefined) ? undefined : (own[0]?.version ?? "");
}

/** The files of packages and of all that they depend on, without what the base system has anyway. */
export function planPackages(root: string, names: readonly string[]): TreePlan {
  const database = readDpkg(root);
  const own = new Set(names.map((name) => findPackage(database, name)?.name));
  const base = dpkgClosure(database, [...requiredBase, ...usualBase]);
  const packages = [...dpkgClosure(database, names).values()].filter(
    ({ name }) => !base.has(name) || own.has(name),
  );
  const plan = planTree(root, dpkgFiles(root, packages), wantedPath);
  addAlternatives(root, plan);
  return plan;
}
