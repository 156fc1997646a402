import { err, ok, type Result } from "../../../base/result.ts";
import type { Store } from "../../../store/store.ts";
import { addAlternatives } from "../addAlternatives.ts";
import { addPlannedTree } from "../addPlannedTree.ts";
import type { BaseHost, BaseSystem } from "../baseSystem.ts";
import { compilerMissing } from "../compilerMissing.ts";
import { layoutVersion } from "../layoutVersion.ts";
import { planTree, type TreePlan } from "../planTree.ts";
import { remembered } from "../remembered.ts";
import { wantedPath } from "../wantedPath.ts";
import { requiredBase, usualBase } from "./basePackages.ts";
import { dpkgClosure } from "./dpkgClosure.ts";
import { findPackage } from "./dpkgDatabase.ts";
import { dpkgFiles, dpkgStamp, readDpkg } from "./dpkgHost.ts";

/** The base system as a tree of its own, from the files of the installed compiler packages. */
export async function dpkgBase(store: Store, host: BaseHost): Promise<Result<BaseSystem>> {
  const { root } = host;
  const key = `${layoutVersion} ${root} ${dpkgStamp(root)}`;
  const found = await remembered(store, { kind: "base-dpkg", key }, async () => {
    const database = readDpkg(root);
    const absent = requiredBase.filter((name) => !findPackage(database, name));
    if (absent.length > 0) return err(compilerMissing("apt", absent));
    const closure = dpkgClosure(database, [...requiredBase, ...usualBase]);
    const plan = planTree(root, dpkgFiles(root, closure.values()), wantedInBase);
    addAlternatives(root, plan);
    addUsualNames(plan);
    const added = await addPlannedTree(store, plan, { ...host, name: "base system" });
    if (!added.ok) return added;
    return ok({ digest: added.value, version: findPackage(database, "gcc")?.version ?? "" });
  });
  if (!found.ok) return found;
  const { digest, version = "" } = found.value ?? {};
  const dir = digest && store.tree(digest);
  if (!digest || !dir) return err(compilerMissing("apt", []));
  return ok({
    digest,
    dir,
    description: `gcc ${upstream(version)} and what it needs, from dpkg`,
    kind: "closure",
  });
}

/** `4:12.2.0-3` → `12.2.0` (deb-version(7)). */
function upstream(version: string): string {
  return version.replace(/^\d+:/, "").replace(/-[^-]*$/, "");
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
