import { ok, type Result } from "../../base/result.ts";
import type { Vendor } from "../../derivation/vendor.ts";
import { type VendoredCrate, vendorTrees } from "../../fetch/registry/vendorTrees.ts";
import type { OutputOf } from "../resolved.ts";
import { declaredCrates } from "./declaredCrates.ts";
import type { InputContext } from "./inputContext.ts";
import { vendorChanges } from "./vendorChanges.ts";
import { vendoredParts } from "./vendoredPackages.ts";

/** The trees of all crates that shall be vendored, with the changes of overrides, in the locks' order. */
export async function vendoredCrates(
  context: InputContext,
  vendor: Vendor,
  outputOf: OutputOf,
): Promise<Result<readonly VendoredCrate[]>> {
  const { store, env, offline, emit, signal } = context;
  const change = vendorChanges(context, vendor, outputOf);
  const parts = await vendoredParts(context, vendor);
  if (!parts.ok) return parts;
  const crates = new Map<string, VendoredCrate>();
  for (const { packages, workspaceDir, isWorkspaceLock } of parts.value) {
    const downloaded = await declaredCrates(context, vendor, packages);
    if (!downloaded.ok) return downloaded;
    const options = { env, offline, emit, signal, change, isWorkspaceLock };
    const trees = await vendorTrees(packages, workspaceDir, store, options);
    if (!trees.ok) return trees;
    for (const crate of trees.value) crates.set(crate.path, crate);
  }
  return ok([...crates.values()]);
}
