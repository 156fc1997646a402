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
import {
  crateStem,
  isCratesIo,
  type LockedPackage,
  lockedPackages,
  packageKey,
  selectCrates,
} from "../../fetch/lockedPackage.ts";
import { locateCrates } from "../../fetch/registry/locateCrates.ts";
import { treeOnRecord } from "../../fetch/registry/storeCrates.ts";
import { cargoHome } from "../../fetch/userCargoConfig.ts";
import { sourceDirectory, vendorConfig } from "../../fetch/vendor/vendorConfig.ts";
import { vendorTrees } from "../../fetch/vendor/vendorTrees.ts";
import { findProject } from "../../project/findProject.ts";
import type { Store } from "../../store/store.ts";
import type { CommandOutcome } from "../command.ts";
import { type ProjectOptions, settleOverrides } from "../open/project.ts";
import { withStore } from "../open/withStore.ts";
import { replaceVendorDirectory } from "./vendorDirectory.ts";
import { writeCrates } from "./writeCrates.ts";

/** What `gantry vendor` is told besides the global options. */
export type VendorOptions = {
  /** Where to write, absolute. */
  readonly directory: string;
};

/**
 * Fetches the crates of the nearest `Cargo.lock`, and writes them to `options.directory`.
 *
 * Errors: `lock-missing`, `interrupted`, and those of `settleOverrides`, `parseLock`, `withStore`, `vendorTrees` and
 * `replaceVendorDirectory`.
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
    const crates = packages.flatMap(({ source, ...rest }) =>
      source === undefined ? [] : { ...rest, source },
    );
    if (crates.length === 0) {
      emit({ type: "note", text: "there is no dependency to vendor in this project" });
      return ok({});
    }
    const layout = vendorLayout(crates, { apart: packages.some(({ isUnused }) => isUnused) });
    const filling = {
      workspaceDir: root.value,
      layout,
      emit,
      offline: options.offline,
      signal: options.signal,
    };
    const written = await replaceVendorDirectory(options.directory, (fresh) =>
      fillWith(packages, store, { ...filling, fresh }),
    );
    if (!written.ok) return written;
    emit({
      type: "note",
      text: "what is printed on standard output belongs into `.cargo/config.toml` of the project: it has Cargo use the vendored sources",
    });
    const sources = crates.map(({ source }) => source).sort(cratesIoFirst);
    // A relative directory in `.cargo/config.toml` counts from the directory that `.cargo` is in.
    return ok({
      stdout: vendorConfig(sources, shownFrom(root.value, options.directory), {
        directoryOf: layout.directoryOf,
      }),
      finished: `vendoring ${formatCount(crates.length, "crate")}`,
    });
  });
}

type Filling = {
  readonly workspaceDir: string;
  readonly layout: VendorLayout;
  /** Where to write. */
  readonly fresh: string;
  readonly offline: boolean;
  readonly signal: AbortSignal | undefined;
  readonly emit: Emit;
};

/**
 * Writes the packages. A crate that the store has is copied, as all are that come from elsewhere than a registry. Of
 * others, those that Cargo has downloaded are unpacked where they belong, and not kept in the store: most who vendor
 * build with plain Cargo. What cannot be had so is brought into the store, which says of it what is wrong.
 */
async function fillWith(
  packages: readonly LockedPackage[],
  store: Store,
  { workspaceDir, layout, fresh, offline, signal, emit }: Filling,
): Promise<Result<void>> {
  const published = selectCrates(packages);
  if (!published.ok) return published;
  const umask = process.umask();
  const absent = published.value.filter((crate) => treeOnRecord(crate, store) === undefined);
  const found = locateCrates(absent, cargoHome(process.env, workspaceDir), undefined);
  const archives = absent.flatMap((crate, index) => {
    const files = found[index]?.map(({ path }) => path) ?? [];
    if (files.length === 0) return [];
    const from = { type: "archive", files, stem: crateStem(crate), checksum: crate.checksum } as const;
    return { key: packageKey(crate), directory: join(fresh, layout.pathOf(crate)), from, umask };
  });
  const total = archives.length;
  const onWritten = (done: number) => emit({ type: "progress", what: "unpack", done, total });
  const unpacked = await writeCrates(archives, { signal, onWritten });
  if (!unpacked.ok) return unpacked;
  const written = new Set(unpacked.value.map(({ key }) => key));
  const rest = packages.filter((one) => !written.has(packageKey(one)));
  const trees = await vendorTrees(rest, store, { workspaceDir, offline, published: true, signal, emit });
  if (!trees.ok) return trees;
  const copies = trees.value.map((crate) => {
    const from = { type: "tree", tree: store.pathOf(crate.digest) } as const;
    return { directory: join(fresh, layout.pathOf(crate)), from, umask };
  });
  const copied = await writeCrates(copies, { signal });
  return copied.ok ? ok() : copied;
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
