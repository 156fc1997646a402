import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { canonical, type Digest, digestOf } from "../../base/digest.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import type {
  CargoHome,
  LockFile,
  Source,
  Vendor,
  VendorChange,
  VendorConfig,
  WhatIsVendored,
} from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import { isGit, type LockedPackage, packageKey, selectCrates } from "../../fetch/lockedPackage.ts";
import { treeOnRecord } from "../../fetch/registry/storeCrates.ts";
import { cargoHome, userCargoConfig } from "../../fetch/userCargoConfig.ts";
import { vendorConfigOf } from "../../fetch/vendor/vendorConfig.ts";
import { type VendoredCrate, type VendorTreesOptions, vendorTrees } from "../../fetch/vendor/vendorTrees.ts";
import { kinds } from "../../store/kinds/kinds.ts";
import type { Store } from "../../store/store.ts";
import { provideStandardLibrary, standardLibrary } from "./host.ts";
import { packagesOfLock } from "./lock.ts";
import {
  type InputContext,
  type OutputOf,
  type Placement,
  placingOf,
  type ResolvedInput,
} from "./resolvedInput.ts";
import { directoryOf } from "./source.ts";

/**
 * Every crate that the source's lock names, each its own part.
 *
 * Errors: those of `packagesOfLock`, `provideStandardLibrary` and `vendorTrees`; `override-mismatch`, and those of the trees that
 * take a crate's place.
 */
export async function resolveVendor(
  context: InputContext,
  vendor: Vendor,
  outputOf: OutputOf,
): Promise<Result<ResolvedInput>> {
  const { store, shared } = context;
  // Read once: what is remembered of one lock must not be of what was written in its place meanwhile.
  const parts = await vendoredParts(context, vendor);
  if (!parts.ok) return parts;
  const read = async () => {
    const crates = await cratesOf(context, vendor, { parts: parts.value, outputOf });
    if (!crates.ok) return crates;
    const trees = crates.value.map(({ path, digest }): [string, Digest] => [path, digest]);
    return ok({ digest: digestOf(canonical(trees)), trees });
  };
  const placed = (trees: readonly (readonly [path: string, tree: Digest])[]): Placement[] =>
    trees.map(([path, digest]) => ({
      ...{ below: `/${path}`, digest },
      directory: `${store.root}/trees/${digest}`,
    }));
  const published = shared && (await publishedCrates(context, vendor, parts.value));
  const key = published?.key;
  if (published && !published.isThere) await shared?.bring([{ kind: "crates-digest", key: published.key }]);
  const known = key && store.records.get("crates-digest", key);
  if (known && !published?.isThere) {
    // Where the step's result is known, nothing is unpacked.
    const unpack = async () => {
      const crates = await read();
      if (!crates.ok) return crates;
      return crates.value.digest === known ? ok(placed(crates.value.trees)) : err(otherCrates());
    };
    return ok({
      digest: known,
      place: unpack,
      async begin() {
        await shared?.bring([{ kind: "crate-trees", key }]);
        const trees = store.records.get("crate-trees", key) ?? [];
        const unpacking = unpack();
        if (digestOf(canonical(trees)) === known)
          return ok({ placements: placed(trees), arrived: unpacking.then((all) => (all.ok ? ok() : all)) });
        return placingOf(await unpacking);
      },
    });
  }
  const crates = await read();
  if (!crates.ok) return crates;
  const { digest, trees } = crates.value;
  if (key !== undefined && known !== digest) store.records.set("crates-digest", key, digest);
  if (key !== undefined && !store.records.get("crate-trees", key))
    store.records.set("crate-trees", key, trees);
  return ok({ digest, place: async () => ok(placed(trees)) });
}

/**
 * What tells the content of all crates before any is unpacked: their checksums, where they are crates of registries as they
 * were published, and commits; undefined for others. `isThere`: all are in the store, so that nothing has to be unpacked.
 */
async function publishedCrates(
  context: InputContext,
  vendor: Vendor,
  parts: readonly LockPart[],
): Promise<{ readonly key: Digest; readonly isThere: boolean } | undefined> {
  const { store, env } = context;
  if (vendor.changes || vendor.directory !== undefined) return undefined;
  if (parts.some((part) => userCargoConfig(part.workspaceDir, env).mentions("directory"))) return undefined;
  const packages = parts.flatMap((part) => part.packages).filter(({ source }) => source !== undefined);
  const crates = selectCrates(packages);
  const ofGit = packages.filter(({ source = "", isUnused }) => isGit(source) && !isUnused);
  if (!crates.ok || crates.value.length + ofGit.length < packages.length) return undefined;
  const isGitThere = ofGit.length === 0 || (await gitOnRecord(ofGit, store));
  // What is wrong with them is told where they are fetched.
  if (isGitThere === undefined) return undefined;
  const isThere = isGitThere && crates.value.every((crate) => treeOnRecord(crate, store) !== undefined);
  const about = packages.map(({ name, version, source = "", checksum = "" }) => [
    name,
    version,
    source,
    checksum,
  ]);
  const versions = [kinds.crate.version, ...(ofGit.length > 0 ? [kinds["git-package"].version] : [])];
  return { key: digestOf(canonical([...versions, about])), isThere };
}

async function gitOnRecord(packages: readonly LockedPackage[], store: Store): Promise<boolean | undefined> {
  const { arePackagesThere } = await import("../../fetch/git/vendorGit.ts");
  return arePackagesThere(packages, store);
}

function otherCrates(): Diagnostic {
  return diagnostic("cache-contradicts", "the crates of the lock are other ones than the shared cache says", {
    notes: ["who signed that is mistaken, or lies"],
    help: ["build without it: --cache none", "see whom you trust: gantry cache status"],
  });
}

/**
 * What Cargo reads in its home of the crates of registries that the lock names. Where it has them not yet, Cargo fetches them.
 *
 * Errors: those of `vendoredCrates` and `fetchCrates`; `crates-not-fetched`.
 */
export async function resolveCargoHome(
  context: InputContext,
  input: CargoHome,
  outputOf: OutputOf,
): Promise<Result<ResolvedInput>> {
  const { store, env, offline, emit, signal } = context;
  const vendored = await vendoredCrates(context, { ...input, type: "vendor", only: "registries" }, outputOf);
  if (!vendored.ok) return vendored;
  const crates = vendored.value.flatMap(({ checksum, ...crate }) =>
    checksum ? [{ ...crate, checksum }] : [],
  );
  const { cratesNotFetched, plainHome, registryNames } = await import("../home/plainHome.ts");
  const workspaceDir = resolve(directoryOf(context, input.of), input.of.workspace ?? "");
  const home = cargoHome(env, workspaceDir);
  let names = registryNames(crates, home);
  if (!names && !offline) {
    const { fetchCrates } = await import("../../fetch/registry/fetchCrates.ts");
    const fetched = await fetchCrates({ workspaceDir, env, missing: crates.length, emit, signal });
    if (!fetched.ok) return fetched;
    names = registryNames(crates, home);
  }
  if (!names) return err(cratesNotFetched(crates, home));
  const found = names;
  return ok({
    digest: digestOf(canonical([[...found], crates.map(({ path, digest }) => [path, digest])])),
    async place() {
      const parts = await plainHome(crates, store, { home, names: found, emit });
      if (!parts.ok) return parts;
      return ok(
        parts.value.map(({ below, tree, crate }) => ({
          below,
          directory: store.pathOf(tree),
          ...(crate && { digest: crate.digest }),
        })),
      );
    },
  });
}

/**
 * Cargo's settings that have it look for the lock's packages below `/build/vendor`.
 *
 * Errors: those of `packagesOfLock` and `provideStandardLibrary`.
 */
export async function vendorSettings(context: InputContext, config: VendorConfig): Promise<Result<string>> {
  const parts = await vendoredParts(context, config);
  if (!parts.ok) return parts;
  const packages = parts.value.flatMap((part) => part.packages);
  const sources = [...new Set(packages.flatMap((each) => each.source ?? []))].sort();
  const user = { root: context.project.root, env: context.env };
  return ok(`${await vendorConfigOf(sources, world.vendor, user)}\n[net]\noffline = true\n`);
}

/**
 * The trees of all crates that shall be vendored, with the changes of overrides, in the locks' order.
 *
 * Errors: those of `resolveVendor`.
 */
export async function vendoredCrates(
  context: InputContext,
  vendor: Vendor,
  outputOf: OutputOf,
): Promise<Result<readonly VendoredCrate[]>> {
  const parts = await vendoredParts(context, vendor);
  return parts.ok ? cratesOf(context, vendor, { parts: parts.value, outputOf }) : parts;
}

type OfParts = { readonly parts: readonly LockPart[]; readonly outputOf: OutputOf };

async function cratesOf(
  context: InputContext,
  vendor: Vendor,
  { parts, outputOf }: OfParts,
): Promise<Result<readonly VendoredCrate[]>> {
  const { store, env, offline, emit, signal, shared } = context;
  const change = vendor.changes && (await overridesOf(context, vendor.changes, outputOf));
  const directory = vendor.directory && resolve(context.project.root, vendor.directory);
  if (directory && !existsSync(directory)) return err(directoryMissing(vendor.directory));
  const crates = new Map<string, VendoredCrate>();
  for (const { packages, workspaceDir, isWorkspaceLock } of parts) {
    const downloaded = await declaredCrates(context, vendor, packages);
    if (!downloaded.ok) return downloaded;
    const options = {
      workspaceDir,
      env,
      offline,
      emit,
      signal,
      isWorkspaceLock,
      ...(change && { change }),
      ...(directory && { directory }),
      bring: shared?.bring,
    } satisfies VendorTreesOptions;
    const trees = await vendorTrees(packages, store, options);
    if (!trees.ok) return trees;
    for (const crate of trees.value) crates.set(crate.path, crate);
  }
  return ok([...crates.values()]);
}

/** The packages that shall be vendored, as the locks have them. Errors: those of `packagesOfLock` and `provideStandardLibrary`. */
export async function packagesOfVendor(
  context: InputContext,
  vendor: Vendor,
): Promise<Result<readonly LockedPackage[]>> {
  const parts = await vendoredParts(context, vendor);
  return parts.ok ? ok(parts.value.flatMap(({ packages }) => packages)) : parts;
}

function directoryMissing(directory = ""): Diagnostic {
  return diagnostic("vendor-missing", `the directory \`${directory}\` of \`cargoVendorDir\` does not exist`, {
    notes: ["directories are named relative to the project's root"],
    help: [`make it: cargo vendor ${directory}`],
    status: 2,
  });
}

async function overridesOf(context: InputContext, changes: readonly VendorChange[], outputOf: OutputOf) {
  const { vendorOverrides } = await import("./vendorOverrides.ts");
  return vendorOverrides(context, changes, outputOf);
}

/** What one lock adds to those before it. */
type LockPart = DownloadPlace & { readonly packages: readonly LockedPackage[] };

/** The packages that shall be vendored, lock by lock, each once however many locks name it. */
async function vendoredParts(
  context: InputContext,
  { of, locks = [lockFileOf(of)], only }: WhatIsVendored,
): Promise<Result<readonly LockPart[]>> {
  for (const lock of locks) {
    const provided = "toolchain" in lock ? await provideStandardLibrary(context, lock.toolchain) : ok();
    if (!provided.ok) return provided;
  }
  const named = all(locks.map((lock) => packagesOfLock(context, lock)));
  if (!named.ok) return named;
  // What is a patch in vain in one lock may be a package in another.
  const used = new Set(named.value.flat().flatMap((one) => (one.isUnused ? [] : packageKey(one))));
  const seen = new Set<string>();
  const parts: LockPart[] = [];
  for (const [index, lock] of locks.entries()) {
    const added = (named.value[index] ?? []).filter((one) => {
      const { source = "", checksum, isUnused } = one;
      const key = JSON.stringify([packageKey(one), checksum]);
      if (seen.has(key) || (only !== undefined && isGit(source) !== (only === "git"))) return false;
      if (isUnused && used.has(packageKey(one))) return false;
      seen.add(key);
      return true;
    });
    const place = downloadPlace(context, of, lock);
    if (!place.ok) return place;
    parts.push({ packages: added, ...place.value });
  }
  return ok(parts);
}

/** Where Cargo downloads the packages of a lock. */
type DownloadPlace = {
  /** The lock's directory, where there is a manifest beside it. Otherwise that of the source. */
  readonly workspaceDir: string;
  /** Whether the lock is that directory's, so that `cargo fetch --locked` gets what it names. */
  readonly isWorkspaceLock: boolean;
};

function downloadPlace(context: InputContext, of: Source, lock: LockFile): Result<DownloadPlace> {
  if ("toolchain" in lock) {
    // Settings beside the standard library's lock have Cargo take the crates from `vendor/` there (since Rust 1.85), and
    // its manifests may need the toolchain's own Cargo. So the crates are fetched one by one.
    const library = standardLibrary(context, lock.toolchain);
    return library.ok ? ok({ workspaceDir: library.value, isWorkspaceLock: false }) : library;
  }
  if ("path" in lock && basename(lock.path) === "Cargo.lock") {
    const directory = dirname(resolve(context.project.root, lock.path));
    if (existsSync(`${directory}/Cargo.toml`)) return ok({ workspaceDir: directory, isWorkspaceLock: true });
  }
  return ok({ workspaceDir: resolve(directoryOf(context, of), of.workspace ?? ""), isWorkspaceLock: false });
}

/** Puts the crates of the registries that the configuration declares into the store. */
async function declaredCrates(
  { store, env, offline, signal, project, shared }: InputContext,
  { registries }: Vendor,
  packages: readonly LockedPackage[],
): Promise<Result<void>> {
  if (!registries) return ok();
  const crates = selectCrates(packages);
  if (!crates.ok) return crates;
  const { downloadCrates } = await import("../../fetch/registry/downloadCrates.ts");
  return downloadCrates({ crates: crates.value, registries }, store, {
    workspaceDir: project.root,
    env,
    offline,
    signal,
    bring: shared?.bring,
  });
}
