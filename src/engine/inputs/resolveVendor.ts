import { canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import type { Source } from "../../derivation/source.ts";
import { vendorConfig } from "../../fetch/registry/vendorConfig.ts";
import { vendorTrees } from "../../fetch/registry/vendorTrees.ts";
import type { Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { lockOf } from "./lockOf.ts";
import { storedTree } from "./placed.ts";
import { resolveFiles } from "./resolveFiles.ts";
import { directoryOf } from "./scanned.ts";

/** Every crate that the source's lock names, each its own part. */
export async function resolveVendor(context: InputContext, source: Source): Promise<Result<Resolved>> {
  const { store, env, offline, emit, signal } = context;
  const packages = await lockOf(context, source);
  if (!packages.ok) return packages;
  const crates = await vendorTrees(packages.value, directoryOf(context, source), store, {
    env,
    offline,
    emit,
    signal,
  });
  if (!crates.ok) return crates;
  return ok({
    digest: digestOf(canonical(crates.value.map(({ path, digest }) => [path, digest]))),
    place: async () =>
      ok(
        crates.value.map(({ path, digest }) => ({
          below: `/${path}`,
          directory: storedTree(store, digest),
          digest,
        })),
      ),
  });
}

/** The configuration that has Cargo look for the lock's packages under `/build/vendor`. */
export async function resolveVendorConfig(context: InputContext, source: Source): Promise<Result<Resolved>> {
  const packages = await lockOf(context, source);
  if (!packages.ok) return packages;
  const sources = new Set(packages.value.flatMap((each) => each.source ?? []));
  const text = `${vendorConfig([...sources].sort(), "/build/vendor")}\n[net]\noffline = true\n`;
  return resolveFiles(context, new Map([["config.toml", text]]));
}
