import { posix } from "node:path";
import { localPath } from "../../base/paths.ts";
import { all, ok, type Result } from "../../base/result.ts";
import { type Lock, type LockPackage, lockGraph } from "../lock/lock.ts";
import { parseLock } from "../lock/parseLock.ts";
import { type DummyInput, sourceRoots } from "./dummyInput.ts";
import { type LocalManifest, localManifests, pathDependencies, pathReplacements } from "./localManifests.ts";
import { type RootConfig, rootConfigs } from "./rootConfigs.ts";

/** What was read of a source, and what is to become of each of its packages. */
export type DummyPlan = {
  readonly manifests: readonly LocalManifest[];
  readonly configs: readonly RootConfig[];
  readonly locks: readonly RootLock[];
  /** Packages that keep their code, by directory: see `verbatimDirectories`. */
  readonly verbatim: ReadonlySet<string>;
  /** The version that each package has in the dummy, by directory. */
  readonly versions: ReadonlyMap<string, string>;
};

type RootLock = { readonly file: string; readonly lock: Lock };

/**
 * Reads a source: the part that the dummy and its list of verbatim files have in common.
 *
 * Errors: those of `rootConfigs`, `localManifests` and `parseLock`.
 */
export function dummyPlan(input: DummyInput): Result<DummyPlan> {
  const configs = rootConfigs(input);
  if (!configs.ok) return configs;
  const manifests = localManifests(input, configs.value);
  if (!manifests.ok) return manifests;
  const locks = all(sourceRoots(input).flatMap((root) => rootLock(root, input)));
  if (!locks.ok) return locks;
  const known = { manifests: manifests.value, configs: configs.value, locks: locks.value };
  const verbatim = verbatimDirectories(known);
  const kept = new Set([...verbatim, ...replacementDirectories(known), ...judgedByVersion(known)]);
  return ok({ ...known, verbatim, versions: dummyVersions(known, kept) });
}

function rootLock(root: string, { files }: DummyInput): Result<RootLock>[] {
  const file = posix.join(root, "Cargo.lock");
  const text = files.get(file);
  if (text === undefined) return [];
  const lock = parseLock(file, text);
  return [lock.ok ? ok({ file, lock: lock.value }) : lock];
}

/**
 * Packages of the source on which a package from outside depends, and what they need themselves. This happens
 * by `[patch]`. They are dependencies in all but their place: a stub in their stead would not do, since
 * the package from outside calls their code.
 */
function verbatimDirectories({
  manifests,
  locks,
}: Pick<DummyPlan, "manifests" | "locks">): ReadonlySet<string> {
  const byDirectory = new Map(manifests.map((local) => [local.directory, local]));
  const queue = locks.flatMap(({ lock }) =>
    [...lockGraph(lock)].flatMap(([one, dependencies]) =>
      one.source ? dependencies.flatMap((entry) => localOfLock(entry, manifests)?.directory ?? []) : [],
    ),
  );
  const verbatim = new Set<string>();
  for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
    const local = byDirectory.get(directory);
    if (!local || verbatim.has(directory)) continue;
    verbatim.add(directory);
    const needed = pathDependencies(local, ["normal", "build"]);
    queue.push(...needed.flatMap(({ from, path }) => localPath(from, path) ?? []));
  }
  return verbatim;
}

/**
 * Packages of the source that `[patch]` or `[replace]` puts in the place of others. They keep their version:
 * it must satisfy the requirements of packages that we do not write.
 */
function replacementDirectories({
  manifests,
  configs,
}: Pick<DummyPlan, "manifests" | "configs">): ReadonlySet<string> {
  const references = [
    ...manifests.flatMap(pathReplacements),
    ...configs.flatMap(({ replacements }) => replacements),
  ];
  return new Set(references.flatMap(({ from, path }) => localPath(from, path) ?? []));
}

/**
 * Packages whose version the compiler looks at. Whatever is called `wasm_bindgen`, if only a program, rustc refuses below
 * 0.2.88 (seen with rustc 1.95, see findings/a-program-called-wasm-bindgen.sh).
 */
function judgedByVersion({ manifests }: Pick<DummyPlan, "manifests">): readonly string[] {
  return manifests.flatMap(({ directory, resolved }) => {
    const names = [resolved.package?.name, ...resolved.targets.map(({ name }) => name)];
    return names.some((name) => name?.replaceAll("-", "_") === "wasm_bindgen") ? directory : [];
  });
}

/**
 * The version of each package of the source in the dummy, by directory: `0.0.0` for all, so that a release
 * leaves the dummy as it was. Packages that share their name are told apart by the last number, in the order
 * of their directories; a number that a package of that name has in the lock or keeps is passed over.
 *
 * @param kept directories of packages whose version matters to others
 */
function dummyVersions(
  { manifests, locks }: Pick<DummyPlan, "manifests" | "locks">,
  kept: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const fromOutside = locks.flatMap(({ lock }) => lock.packages.filter(({ source }) => source));
  const taken = new Set(fromOutside.map(({ name, version }) => `${name} ${version}`));
  const versions = new Map<string, string>();
  for (const local of manifests.filter(({ directory }) => kept.has(directory))) {
    versions.set(local.directory, realVersion(local));
    taken.add(`${local.resolved.package?.name} ${realVersion(local)}`);
  }
  for (const { directory, resolved } of manifests) {
    if (!resolved.package || versions.has(directory)) continue;
    let number = 0;
    while (taken.has(`${resolved.package.name} 0.0.${number}`)) number++;
    versions.set(directory, `0.0.${number}`);
    taken.add(`${resolved.package.name} 0.0.${number}`);
  }
  return versions;
}

/**
 * The package of the source that an entry of the lock without a `source` stands for. The version decides only
 * between packages of one name: in a lock that was not updated after a version bump it is the old one.
 */
export function localOfLock(
  { name, version, source }: LockPackage,
  manifests: readonly LocalManifest[],
): LocalManifest | undefined {
  if (source) return undefined;
  const named = manifests.filter(({ resolved }) => resolved.package?.name === name);
  return named.find((local) => realVersion(local) === version) ?? (named.length === 1 ? named[0] : undefined);
}

/** The version as the manifest or its workspace says it. Absent means `0.0.0`, since Cargo 1.75. */
function realVersion({ resolved }: LocalManifest): string {
  return resolved.package?.version ?? "0.0.0";
}
