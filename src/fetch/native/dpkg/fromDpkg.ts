import { ok, type Result } from "../../../base/result.ts";
import type { NativePackage } from "../../../derivation/nativePackage.ts";
import { addAlternatives } from "../addAlternatives.ts";
import { addPlannedTree } from "../addPlannedTree.ts";
import { layoutVersion } from "../layoutVersion.ts";
import { planTree } from "../planTree.ts";
import type { NativeContext } from "../provider.ts";
import { remembered, type Versioned } from "../remembered.ts";
import { wantedPath } from "../wantedPath.ts";
import { requiredBase, usualBase } from "./basePackages.ts";
import { dpkgClosure } from "./dpkgClosure.ts";
import { findPackage } from "./dpkgDatabase.ts";
import { dpkgFiles, dpkgStamp, readDpkg } from "./dpkgHost.ts";

/**
 * The files of an installed package and of all that it depends on, without what the base system has anyway.
 * Undefined if one of its names is not installed.
 */
export async function fromDpkg(
  wanted: NativePackage,
  context: NativeContext,
): Promise<Result<Versioned | undefined>> {
  const { root, store } = context;
  const names = wanted.names.apt ?? [];
  if (names.length === 0) return ok(undefined);
  const key = `${layoutVersion} ${root} ${dpkgStamp(root)} ${names.join(" ")}`;
  return remembered(store, { kind: "native-dpkg", key }, async () => {
    const database = readDpkg(root);
    const found = names.map((name) => findPackage(database, name));
    if (found.includes(undefined)) return ok(undefined);
    const base = dpkgClosure(database, [...requiredBase, ...usualBase]);
    const packages = [...dpkgClosure(database, names).values()].filter((each) => keep(each.name));
    const plan = planTree(root, dpkgFiles(root, packages), wantedPath);
    addAlternatives(root, plan);
    const added = await addPlannedTree(store, plan, { ...context, name: wanted.name });
    if (!added.ok) return added;
    return ok({ digest: added.value, version: found[0]?.version ?? "" });

    function keep(name: string): boolean {
      return found.some((each) => each?.name === name) || !base.has(name);
    }
  });
}
