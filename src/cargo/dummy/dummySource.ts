import { posix } from "node:path";
import { byCodeUnit } from "../../base/canonical.ts";
import { ok, type Result } from "../../base/result.ts";
import { canonicalToml } from "../canonicalToml.ts";
import { isWithin } from "../isWithin.ts";
import { writeLock } from "../writeLock.ts";
import type { DummyInput } from "./dummyInput.ts";
import { type DummyPlan, dummyPlan } from "./dummyPlan.ts";
import { inheritanceOf } from "./inheritanceOf.ts";
import type { LocalManifest } from "./localManifest.ts";
import { localOfLock } from "./localOfLock.ts";
import { reduceConfig } from "./reduceConfig.ts";
import { reduceLock } from "./reduceLock.ts";
import { reduceManifest } from "./reduceManifest.ts";
import { reduceToolchain } from "./reduceToolchain.ts";
import { sourceRoots } from "./sourceRoots.ts";
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
