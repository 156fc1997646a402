import { readFileSync } from "node:fs";
import { join } from "node:path";
import { byCodeUnit } from "../base/canonical.ts";
import { ok, type Result } from "../base/result.ts";
import { parseLock } from "../cargo/parseLock.ts";
import type { Emit } from "../engine/event.ts";
import { lockedPackages } from "../fetch/registry/lockedPackages.ts";
import { isCratesIo } from "../fetch/registry/registryName.ts";
import { vendorConfig } from "../fetch/registry/vendorConfig.ts";
import { vendorTrees } from "../fetch/registry/vendorTrees.ts";
import { findProject } from "../project/findProject.ts";
import { shownFrom } from "../project/shownFrom.ts";
import type { CommandOutcome } from "./commandOutcome.ts";
import { formatCount } from "./formatCount.ts";
import { settleOverrides } from "./settleOverrides.ts";
import { findLock } from "./vendor/findLock.ts";
import { vendorLayout } from "./vendor/vendorLayout.ts";
import { writeVendorDirectory } from "./vendor/writeVendorDirectory.ts";
import type { VendorOptions } from "./vendorOptions.ts";
import type { ProjectOptions } from "./withProject.ts";
import { withStore } from "./withStore.ts";

/**
 * `gantry vendor`: writes every crate that `Cargo.lock` names to a directory, named and with the files that
 * `cargo vendor` would give it. Standard output is the configuration that makes `cargo build --offline` use
 * it.
 *
 * Unlike `cargo vendor` it refuses to replace a directory that holds something else.
 *
 * Errors: `lock-missing`, `vendor-occupied`, those of `settleOverrides`, of `parseLock` and of `vendorTrees`.
 */
export async function vendor(
  options: ProjectOptions & VendorOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const root = findLock(options.cwd);
  if (!root.ok) return root;
  const project = findProject(root.value);
  const settled = project.ok ? settleOverrides(project.value, emit) : ok();
  if (!settled.ok) return settled;
  const lock = parseLock("Cargo.lock", readFileSync(join(root.value, "Cargo.lock"), "utf8"));
  if (!lock.ok) return lock;
  return withStore(options, "vendoring", async (store) => {
    const crates = await vendorTrees(lockedPackages(lock.value), root.value, store, {
      offline: options.offline,
      published: true,
      signal: options.signal,
      emit,
    });
    if (!crates.ok) return crates;
    if (crates.value.length === 0) {
      emit({ type: "note", text: "there is no dependency to vendor in this project" });
      return ok({});
    }
    const layout = vendorLayout(crates.value);
    const copies = crates.value.map((crate) => ({
      tree: treeOf(store.tree(crate.digest)),
      path: layout.pathOf(crate),
    }));
    const written = writeVendorDirectory(options.directory, copies);
    if (!written.ok) return written;
    emit({
      type: "note",
      text: "to use the vendored sources, add this to `.cargo/config.toml` of the project",
    });
    const sources = crates.value.map(({ source }) => source).sort(cratesIoFirst);
    // A relative directory in `.cargo/config.toml` counts from the directory that `.cargo` is in.
    return ok({
      stdout: vendorConfig(sources, shownFrom(root.value, options.directory), layout.directoryOf),
      finished: `vendoring ${formatCount(crates.value.length, "crate")}`,
    });
  });
}

/** As `cargo vendor` writes them. */
function cratesIoFirst(a: string, b: string): number {
  return Number(isCratesIo(b)) - Number(isCratesIo(a)) || byCodeUnit(a, b);
}

function treeOf(tree: string | undefined): string {
  if (tree === undefined) throw new Error("a tree vanished from the store while it was in use");
  return tree;
}
