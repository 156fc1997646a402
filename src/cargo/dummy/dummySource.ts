// cargo/dummy: a source reduced to what decides how its dependencies are built.

import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { isWithin, localPath } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { reduceLock, writeLock } from "../lock/writeLock.ts";
import { canonicalToml } from "../toml/toml.ts";
import { type DummyInput, sourceRoots } from "./dummyInput.ts";
import { type DummyPlan, dummyPlan, localOfLock } from "./dummyPlan.ts";
import type { LocalManifest } from "./localManifests.ts";
import { includedOutside, outside } from "./pathReference.ts";
import { reduceConfig, reduceToolchain } from "./reduceConfig.ts";
import { type Inheritance, reduceManifest } from "./reduceManifest.ts";
import { stubTargets } from "./stubTargets.ts";

/**
 * The source reduced to what decides how its dependencies are built (Crane's `mkDummySrc`): the dependency
 * layer is built from it. From it Cargo plans the same units for all packages from registries and git
 * as from the real source; and it stays the same, to the byte, after edits that cannot affect them: to code,
 * documentation, lints, comments, the project's own version.
 *
 * Returned is text by path, ordered by path. The files of `verbatimPaths` belong beside it.
 *
 * Errors: `path-dependency-outside`, `path-dependency-missing`, `manifest-missing`, `workspace-member`,
 * `target-missing`, `lock-version`, and those of parsing.
 *
 * @example
 * const dummy = dummySource({
 *   files: new Map([["Cargo.toml", manifest], ["Cargo.lock", lock]]),
 *   paths: ["Cargo.lock", "Cargo.toml", "src/main.rs"],
 * });
 */
export function dummySource(input: DummyInput): Result<ReadonlyMap<string, string>> {
  const planned = dummyPlan(input);
  if (!planned.ok) return planned;
  const plan = planned.value;
  const isLocal = localNames(plan);
  const tree = new Map<string, string>();
  for (const local of plan.manifests) {
    const written = writePackage(local, plan, { input, isLocal, tree });
    if (!written.ok) return written;
  }
  for (const { file, lock } of plan.locks) {
    const versionOf = (local: LocalManifest | undefined): string | undefined =>
      local && plan.versions.get(local.directory);
    tree.set(file, writeLock(reduceLock(lock, (one) => versionOf(localOfLock(one, plan.manifests)))));
  }
  for (const { file, document } of plan.configs) {
    const text = canonicalToml(reduceConfig(document.table, isLocal));
    if (text !== "") tree.set(file, text);
  }
  const roots = sourceRoots(input);
  for (const [file, text] of input.files) {
    if (!/^rust-toolchain(\.toml)?$/.test(posix.basename(file))) continue;
    if (!roots.some((root) => isWithin(root, posix.dirname(file)))) continue;
    const reduced = reduceToolchain(file, text);
    if (!reduced.ok) return reduced;
    tree.set(file, reduced.value);
  }
  return ok(new Map([...tree].sort(([a], [b]) => byCodeUnit(a, b))));
}

type Writing = {
  readonly input: DummyInput;
  readonly isLocal: (name: string) => boolean;
  readonly tree: Map<string, string>;
};

function writePackage(
  local: LocalManifest,
  plan: DummyPlan,
  { input, isLocal, tree }: Writing,
): Result<void> {
  const { directory, manifest } = local;
  const hasStubs = manifest.package !== undefined && !plan.verbatim.has(directory);
  const stubs = hasStubs ? stubTargets(local, input) : ok(undefined);
  if (!stubs.ok) return stubs;
  const reduced = reduceManifest(local, {
    stubs: stubs.value,
    version: plan.versions.get(directory),
    inherited: inheritanceOf(directory, plan),
    isLocal,
    stubbed: stubbedIn(directory, plan).filter(isLocal),
  });
  tree.set(posix.join(directory, "Cargo.toml"), canonicalToml(reduced));
  for (const [path, text] of stubs.value?.files ?? []) tree.set(posix.join(directory, path), text);
  return ok();
}

function localNames({ manifests, locks }: DummyPlan): (name: string) => boolean {
  const names = new Set(manifests.flatMap(({ resolved }) => resolved.package?.name ?? []));
  for (const { lock } of locks) {
    for (const { name, source } of lock.packages) if (source) names.delete(name);
  }
  return (name) => names.has(name);
}

/** The packages of the workspace at `root` that have stubs instead of code. */
function stubbedIn(root: string, { manifests, verbatim }: DummyPlan): string[] {
  return manifests.flatMap(({ workspace, directory, resolved }) =>
    (workspace === root || directory === root) && !verbatim.has(directory) && resolved.package
      ? [resolved.package.name]
      : [],
  );
}

/** What the packages of the source take from the workspace at `root`. */
function inheritanceOf(root: string, { manifests, verbatim }: DummyPlan): Inheritance {
  const heirs = manifests.filter(({ workspace }) => workspace === root);
  return {
    dependencies: new Set(
      heirs.flatMap(({ manifest }) =>
        manifest.dependencies.flatMap(({ name, workspace }) => (workspace ? [name] : [])),
      ),
    ),
    everything: heirs.some(({ directory }) => verbatim.has(directory)),
  };
}

/**
 * Which files of the source belong into the dummy as they are, beside the text of `dummySource`: the code of
 * packages on which packages from outside depend (`[patch]` with a path inside the source, `paths` in Cargo's
 * settings), and files of settings that others include. For most projects none. In the order of
 * `input.paths`.
 *
 * Errors: `include-outside`; and as `dummySource`.
 *
 * @example
 * const more = verbatimPaths({ files, paths }); // ok(["patched/time/src/lib.rs"])
 */
export function verbatimPaths(input: DummyInput): Result<readonly string[]> {
  const plan = dummyPlan(input);
  if (!plan.ok) return plan;
  const { manifests, configs, verbatim } = plan.value;
  const whole: string[] = [];
  const named = configs.flatMap(({ pathOverrides, includes }) => [
    ...pathOverrides.map((reference) => ({ reference, refuse: outside })),
    ...includes.map((reference) => ({ reference, refuse: includedOutside })),
  ]);
  for (const { reference, refuse } of named) {
    const path = localPath(reference.from, reference.path);
    if (path === undefined) return err(refuse(reference, input.words));
    whole.push(path);
  }
  const targets = manifests.filter(({ directory }) => verbatim.has(directory)).flatMap(targetsOutside);
  // The nearest manifest above a file says whose it is, also where that manifest itself is not reached.
  const owners = new Set([...manifests.map(({ directory }) => directory), ...manifestDirectories(input)]);
  return ok(
    input.paths.filter((path) => {
      if (whole.some((directory) => isWithin(path, directory))) return true;
      if (posix.basename(path) === "Cargo.toml") return false;
      const owner = ownerOf(path, owners) ?? ".";
      return verbatim.has(owner) || targets.some((target) => isBeside(path, target, owner));
    }),
  );
}

/** Where targets of a package lie outside its directory. */
function targetsOutside({ directory, resolved }: LocalManifest): string[] {
  const { build } = resolved.package ?? {};
  const scripts = build === undefined || typeof build === "boolean" ? [] : [build].flat();
  return [...resolved.targets.flatMap(({ path }) => path ?? []), ...scripts]
    .flatMap((path) => localPath(directory, path) ?? [])
    .filter((path) => !isWithin(path, directory));
}

/** Whether a file lies in the directory of a target or below it, and in no package below that. */
function isBeside(path: string, target: string, owner: string): boolean {
  const home = posix.dirname(target);
  return isWithin(path, home) && isWithin(home, owner);
}

function manifestDirectories({ paths }: DummyInput): string[] {
  return paths.filter((path) => posix.basename(path) === "Cargo.toml").map((path) => posix.dirname(path));
}

function ownerOf(path: string, owners: ReadonlySet<string>): string | undefined {
  for (let directory = posix.dirname(path); ; directory = posix.dirname(directory)) {
    if (owners.has(directory)) return directory;
    if (directory === ".") return undefined;
  }
}
