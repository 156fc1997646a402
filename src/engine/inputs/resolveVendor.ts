import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { canonical } from "../../base/canonical.ts";
import { digestOf } from "../../base/digest.ts";
import { ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/parseLock.ts";
import type { Source } from "../../derivation/source.ts";
import { type LockedPackage } from "../../fetch/registry/lockedPackage.ts";
import { lockedPackages } from "../../fetch/registry/lockedPackages.ts";
import { vendorConfig } from "../../fetch/registry/vendorConfig.ts";
import { vendorTrees } from "../../fetch/registry/vendorTrees.ts";
import type { Resolved } from "../resolved.ts";
import type { InputContext } from "./inputContext.ts";
import { storedTree } from "./placed.ts";
import { resolveFiles } from "./resolveFiles.ts";
import { directoryOf } from "./scanned.ts";

/** Every crate that the source's lock names, each its own part. */
export async function resolveVendor(context: InputContext, source: Source): Promise<Result<Resolved>> {
  const { store, env, offline, emit } = context;
  const packages = lockOf(context, source);
  if (!packages.ok) return packages;
  const crates = await vendorTrees(packages.value, directoryOf(context, source), store, { env, offline, emit });
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
  const packages = lockOf(context, source);
  if (!packages.ok) return packages;
  const sources = new Set(packages.value.flatMap((each) => each.source ?? []));
  const text = `${vendorConfig([...sources].sort(), "/build/vendor")}\n[net]\noffline = true\n`;
  return resolveFiles(context, new Map([["config.toml", text]]));
}

function lockOf(context: InputContext, source: Source): Result<LockedPackage[]> {
  const file = join(directoryOf(context, source), "Cargo.lock");
  const lock = parseLock(relative(context.project.root, file), readFileSync(file, "utf8"));
  return lock.ok ? ok(lockedPackages(lock.value)) : lock;
}
