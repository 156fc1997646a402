import { canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Vendor, VendorConfig } from "../../derivation/vendor.ts";
import { registryConfig } from "../../fetch/registry/registryConfig.ts";
import { vendorConfig } from "../../fetch/registry/vendorConfig.ts";
import type { OutputOf, Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { storedTree } from "./placed.ts";
import { resolveFiles } from "./resolveFiles.ts";
import { vendoredCrates } from "./vendoredCrates.ts";
import { vendoredPackages } from "./vendoredPackages.ts";

/** Every crate that the source's lock names, each its own part. */
export async function resolveVendor(
  context: InputContext,
  vendor: Vendor,
  outputOf: OutputOf,
): Promise<Result<Resolved>> {
  const crates = await vendoredCrates(context, vendor, outputOf);
  if (!crates.ok) return crates;
  return ok({
    digest: digestOf(canonical(crates.value.map(({ path, digest }) => [path, digest]))),
    place: async () =>
      ok(
        crates.value.map(({ path, digest }) => ({
          below: `/${path}`,
          directory: storedTree(context.store, digest),
          digest,
        })),
      ),
  });
}

/** The configuration that has Cargo look for the lock's packages under `/build/vendor`. */
export async function resolveVendorConfig(
  context: InputContext,
  config: VendorConfig,
): Promise<Result<Resolved>> {
  const packages = await vendoredPackages(context, config);
  if (!packages.ok) return packages;
  const sources = [...new Set(packages.value.flatMap((each) => each.source ?? []))].sort();
  const registries = await registryConfig(sources, context.project.root, context.env);
  const replaced = vendorConfig(sources, "/build/vendor", undefined, registries.nameOf);
  const text = `${replaced}${registries.tables}\n[net]\noffline = true\n`;
  return resolveFiles(context, new Map([["config.toml", text]]));
}
