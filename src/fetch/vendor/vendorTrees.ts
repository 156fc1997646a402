// fetch/vendor: the packages that a lock takes from elsewhere, and the settings by which Cargo uses them.

import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { inParallel } from "../../base/concurrency.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { all, ok, type Result } from "../../base/result.ts";
import type { Bring, Store, TreeFile } from "../../store/store.ts";
import { composePackage } from "../checksumFile.ts";
import type { ChangeableCheckout } from "../git/vendorGit.ts";
import { crateStem, isGit, type LockedPackage, packageKey, selectCrates } from "../lockedPackage.ts";
import type { Progress } from "../progress.ts";
import { storeCrates } from "../registry/storeCrates.ts";
import { sourceDirectory, vendorConfig } from "./vendorConfig.ts";

export type VendorTreesOptions = {
  /** Where `cargo fetch` and `git` run: a directory of the user's workspace. */
  readonly workspaceDir: string;
  /** Ask nobody for crates that are not in Cargo's download cache. Default: false. */
  readonly offline?: boolean;
  /**
   * Take the crates as they were published, even where a directory replaces their registry (`[source.…] directory`
   * in `.cargo/config.toml`), whose copies somebody may have edited. Default: false, as Cargo builds.
   */
  readonly published?: boolean;
  /** One that crates of registries are taken from, absolute, whatever Cargo's settings say. Default: what they say. */
  readonly directory?: string;
  /** Whether the packages are those of the lock in `workspaceDir`; if not, they are fetched one by one. Default: true. */
  readonly isWorkspaceLock?: boolean;
  /** Told the progress of `fetch` and `unpack`. */
  readonly emit?: (event: Progress) => void;
  /** The environment that Cargo runs in and that names its home. Default: this process's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Stops what runs when aborted; what was unpacked is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Asked before Cargo downloads, or git fetches. Default: no other machine is. */
  readonly bring?: Bring | undefined;
  /** What is vendored instead. */
  readonly change?: Substitutes;
};

/** Puts other trees in the place of what the lock names. Each returns the tree to take, which may be the old one. */
type Substitutes = {
  readonly package?: (crate: VendoredCrate) => Promise<Result<Digest>>;
  /** Before packages are taken from it. What is not asked for is not fetched. */
  readonly checkout?: (checkout: ChangeableCheckout) => Promise<Result<Digest>>;
};

/** One crate of the lock, unpacked in the store. */
export type VendoredCrate = {
  readonly name: string;
  readonly version: string;
  /** As the lock has it. */
  readonly source: string;
  /** SHA-256 of the `.crate` file; undefined for a package from git, and for a stand-in. */
  readonly checksum: string | undefined;
  /** Its tree: its files, and a checksum file. */
  readonly digest: Digest;
  /** Where it belongs below the vendor directory: `itoa-1.0.15`; see `sourceDirectory` for other sources. */
  readonly path: string;
};

/**
 * The crates that a lock takes from registries and from git, each as one immutable tree in the store, in the lock's
 * order. Crates of registries come from Cargo's download cache; where it lacks one, `cargo fetch --locked` runs in
 * `workspaceDir`. Each is verified against the lock before anything of it is written. Packages from git come
 * from their repository at the commit in the lock, see `fetchCheckout`. For a patch that no package uses, which Cargo
 * wants to find before it sees that (1.95), there is a package of its name and version, without code: nothing is fetched.
 *
 * Errors: `checksum-missing`, `source-unknown`; those of `storeCrates`; those of `vendorGit`; those of `change`.
 *
 * @example
 * const crates = await vendorTrees(lockedPackages(lock), store, { workspaceDir: "/home/me/app", offline: true });
 */
export async function vendorTrees(
  packages: readonly LockedPackage[],
  store: Store,
  options: VendorTreesOptions,
): Promise<Result<VendoredCrate[]>> {
  const { workspaceDir, change, signal, emit = () => {}, env = process.env } = options;
  const { offline = false, published = false, isWorkspaceLock = true } = options;
  const crates = selectCrates(packages);
  if (!crates.ok) return crates;
  const common = { workspaceDir, offline, emit, env, signal, bring: options.bring };
  let agreed: Promise<Result<void>> | undefined;
  const mayAsk = async () => {
    const { refuseStaleLock } = await import("../registry/fetchCrates.ts");
    agreed ??= refuseStaleLock({ workspaceDir, env, signal });
    return agreed;
  };
  const git = await fromGit(packages, store, {
    ...common,
    ...(change && { change }),
    ...(isWorkspaceLock && { mayAsk }),
  });
  if (!git.ok) return git;
  const unused = all(await Promise.all(packages.flatMap((one) => standIn(one, store) ?? [])));
  if (!unused.ok) return unused;
  const others = [...git.value, ...unused.value];
  if (crates.value.length === 0) return ok(inOrderOf(packages, others));
  const shown = others.filter(({ source }) => isGit(source));
  await using scratch = shown.length > 0 ? await store.tempDir("vendored-git") : undefined;
  const stored = await storeCrates(crates.value, store, {
    ...common,
    published,
    isWorkspaceLock,
    ...(options.directory !== undefined && { directory: options.directory }),
    ...(scratch && { cargoArguments: showToCargo(shown, store, scratch.path) }),
  });
  if (!stored.ok) return stored;
  const registry = await substituted(stored.value.map(withPath), change);
  return registry.ok ? ok(inOrderOf(packages, [...others, ...registry.value])) : registry;
}

/** The packages that come from git. What fetches them is loaded only where there are any. */
async function fromGit(
  packages: readonly LockedPackage[],
  store: Store,
  { change, ...options }: FromGitOptions,
): Promise<Result<VendoredCrate[]>> {
  if (!packages.some(({ source = "", isUnused }) => isGit(source) && !isUnused)) return ok([]);
  const { vendorGit } = await import("../git/vendorGit.ts");
  const crates = await vendorGit(packages, store, { ...options, change: change?.checkout });
  return crates.ok ? substituted(crates.value.map(withPath), change) : crates;
}

type FromGitOptions = Required<Pick<VendorTreesOptions, "workspaceDir" | "offline" | "emit" | "env">> &
  Pick<VendorTreesOptions, "signal" | "change" | "bring"> & { readonly mayAsk?: () => Promise<Result<void>> };

/** A package without code in the place of a patch that no package uses; undefined for any other. */
function standIn(
  { name, version, source, isUnused }: LockedPackage,
  store: Store,
): Promise<Result<VendoredCrate>> | undefined {
  if (!isUnused || source === undefined) return undefined;
  const texts = {
    "Cargo.toml": `[package]\nname = ${JSON.stringify(name)}\nversion = ${JSON.stringify(version)}\nedition = "2021"\ndescription = "stands in for a patch that no package uses"\n`,
    "src/lib.rs": "",
  };
  const contents = new Map(Object.entries(texts));
  const files = [...contents].map(
    ([path, text]): TreeFile => ({ type: "file", path, digest: digestOf(text), executable: false }),
  );
  const origin = ({ path }: TreeFile) => Buffer.from(contents.get(path) ?? "");
  const crate = { name, version, source, checksum: undefined };
  return composePackage(store, { files, checksum: undefined, origin }).then((digest) =>
    digest.ok ? ok(withPath({ ...crate, digest: digest.value })) : digest,
  );
}

function withPath(crate: Omit<VendoredCrate, "path">): VendoredCrate {
  const directory = sourceDirectory(crate.source);
  return { ...crate, path: directory === "" ? crateStem(crate) : `${directory}/${crateStem(crate)}` };
}

/** The crates with the trees that take the place of theirs. */
async function substituted(
  crates: readonly VendoredCrate[],
  change: Substitutes | undefined,
): Promise<Result<VendoredCrate[]>> {
  const substitute = change?.package;
  if (!substitute) return ok([...crates]);
  const trees = all(await inParallel(crates, 4, substitute));
  if (!trees.ok) return trees;
  return ok(crates.map((crate, index) => ({ ...crate, digest: trees.value[index] ?? crate.digest })));
}

function inOrderOf(packages: readonly LockedPackage[], crates: readonly VendoredCrate[]): VendoredCrate[] {
  const byKey = new Map(crates.map((crate) => [packageKey(crate), crate]));
  return packages.flatMap((one) => byKey.get(packageKey(one)) ?? []);
}

/**
 * Shows the packages from git to `cargo fetch` where they lie in the store, by the arguments that it returns. Cargo needs
 * their manifests to see that the lock is whole, and would otherwise fetch every repository once more, by its own means
 * instead of the user's `git`.
 *
 * @param directory empty; the arguments hold as long as it is there
 */
function showToCargo(crates: readonly VendoredCrate[], store: Store, directory: string): readonly string[] {
  for (const { path, digest } of crates) {
    mkdirSync(dirname(`${directory}/${path}`), { recursive: true });
    symlinkSync(store.pathOf(digest), `${directory}/${path}`);
  }
  const file = `${directory}/config.toml`;
  const sources = crates.map(({ source }) => source);
  writeFileSync(file, vendorConfig(sources, directory));
  return ["--config", file];
}
