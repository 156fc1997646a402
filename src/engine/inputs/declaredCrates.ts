import { ok, type Result } from "../../base/result.ts";
import type { Vendor } from "../../derivation/vendor.ts";
import type { LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import { selectCrates } from "../../fetch/registry/selectCrates.ts";
import type { InputContext } from "./inputContext.ts";

/** Puts the crates of the registries that the configuration declares into the store. */
export async function declaredCrates(
  { store, env, offline, signal, project }: InputContext,
  { registries }: Vendor,
  packages: readonly LockedPackage[],
): Promise<Result<void>> {
  if (!registries) return ok();
  const crates = selectCrates(packages);
  if (!crates.ok) return crates;
  const { downloadCrates } = await import("../../fetch/registry/downloadCrates.ts");
  return downloadCrates(crates.value, registries, store, {
    workspaceDir: project.root,
    env,
    offline,
    signal,
  });
}
