import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { byCodeUnit } from "../../base/digest.ts";
import { formatCount } from "../../base/format.ts";
import { parentDirectories, shownFrom } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { compareVersions } from "../../cargo/versions.ts";
import type { Emit } from "../../engine/event.ts";
import { crateStem, isCratesIo, lockedPackages } from "../../fetch/lockedPackage.ts";
import { sourceDirectory, vendorConfig } from "../../fetch/vendor/vendorConfig.ts";
import { vendorTrees } from "../../fetch/vendor/vendorTrees.ts";
import { findProject } from "../../project/findProject.ts";
import type { CommandOutcome } from "../command.ts";
import { type ProjectOptions, settleOverrides } from "../open/project.ts";
import { withStore } from "../open/withStore.ts";
import { writeVendorDirectory } from "./vendorDirectory.ts";

/** What `gantry vendor` is told besides the global options. */
export type VendorOptions = {
  /** Where to write, absolute. */
  readonly directory: string;
};

/**
 * Fetches the crates of the nearest `Cargo.lock`, and writes them to `options.directory`.
 *
 * Errors: `lock-missing`, and those of `settleOverrides`, `parseLock`, `withStore`, `vendorTrees` and
 * `writeVendorDirectory`.
 */
export async function vendorCrates(
  options: ProjectOptions & VendorOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const root = findLock(options.cwd);
  if (!root.ok) return root;
  const project = findProject(root.value);
  const settled = project.ok ? await settleOverrides(project.value, emit) : ok();
  if (!settled.ok) return settled;
  const lock = parseLock("Cargo.lock", readFileSync(join(root.value, "Cargo.lock"), "utf8"));
  if (!lock.ok) return lock;
  return withStore(options, emit, async (store) => {
    const packages = lockedPackages(lock.value);
    const crates = await vendorTrees(packages, store, {
      workspaceDir: root.value,
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
    const layout = vendorLayout(crates.value, { apart: packages.some(({ isUnused }) => isUnused) });
    const copies = crates.value.map((crate) => ({
      tree: store.pathOf(crate.digest),
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
      stdout: vendorConfig(sources, shownFrom(root.value, options.directory), {
        directoryOf: layout.directoryOf,
      }),
      finished: `vendoring ${formatCount(crates.value.length, "crate")}`,
    });
  });
}

/** The order in which `cargo vendor` writes sources. */
function cratesIoFirst(a: string, b: string): number {
  return Number(isCratesIo(b)) - Number(isCratesIo(a)) || byCodeUnit(a, b);
}

/**
 * The nearest directory with a `Cargo.lock`, from `directory` upwards: a workspace keeps one at its root.
 *
 * Errors: `lock-missing`.
 */
function findLock(directory: string): Result<string> {
  const root = parentDirectories(directory).find((parent) => existsSync(join(parent, "Cargo.lock")));
  if (root !== undefined) return ok(root);
  return err(
    diagnostic("lock-missing", `\`Cargo.lock\` not found in \`${directory}\` or any directory above it`, {
      help: ["cargo generate-lockfile"],
    }),
  );
}

type Crate = { readonly name: string; readonly version: string; readonly source: string };

type VendorLayout = {
  /** Where a crate lies below the vendor directory. */
  readonly pathOf: (crate: Crate) => string;
  /** The directory of a source below the vendor directory; `""` for the vendor directory itself. */
  readonly directoryOf: (source: string) => string;
};

/**
 * Names directories as `cargo vendor` does: `serde` for the newest version, `serde-1.0.100` for others, all
 * sources in one directory. Where two sources have crates of one name and version, which `cargo vendor`
 * refuses, each source but crates.io gets a directory of its own.
 *
 * @param apart have that always: where a patch is unused, Cargo would otherwise take a crate of crates.io that is called
 *   the same for it (1.95)
 */
export function vendorLayout(crates: readonly Crate[], { apart = false } = {}): VendorLayout {
  const flat = !apart && new Set(crates.map(crateStem)).size === crates.length;
  const directoryOf = flat ? () => "" : sourceDirectory;
  const newest = new Map<string, string>();
  const scope = (crate: Crate) => `${directoryOf(crate.source)}/${crate.name}`;
  for (const crate of crates) {
    const known = newest.get(scope(crate));
    if (known === undefined || compareVersions(crate.version, known) > 0)
      newest.set(scope(crate), crate.version);
  }
  return {
    directoryOf,
    pathOf: (crate) => {
      const name = newest.get(scope(crate)) === crate.version ? crate.name : crateStem(crate);
      return directoryOf(crate.source) === "" ? name : `${directoryOf(crate.source)}/${name}`;
    },
  };
}
