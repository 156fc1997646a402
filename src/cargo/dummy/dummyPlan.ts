import { posix } from "node:path";
import { all, ok, type Result } from "../../base/result.ts";
import type { Lock } from "../lock.ts";
import { parseLock } from "../parseLock.ts";
import { type CargoConfig, cargoConfigs } from "./cargoConfigs.ts";
import type { DummyInput } from "./dummyInput.ts";
import { dummyVersions } from "./dummyVersions.ts";
import type { LocalManifest } from "./localManifest.ts";
import { localManifests } from "./localManifests.ts";
import { replacementDirectories } from "./replacementDirectories.ts";
import { sourceRoots } from "./sourceRoots.ts";
import { verbatimDirectories } from "./verbatimDirectories.ts";

/** What was read of a source, and what is to become of each of its packages. */
export type DummyPlan = {
  readonly manifests: readonly LocalManifest[];
  readonly configs: readonly CargoConfig[];
  readonly locks: readonly RootLock[];
  /** Packages that keep their code, by directory: see `verbatimDirectories`. */
  readonly verbatim: ReadonlySet<string>;
  /** The version that each package has in the dummy, by directory. */
  readonly versions: ReadonlyMap<string, string>;
};

export type RootLock = { readonly file: string; readonly lock: Lock };

/** Reads a source: the part that the dummy and its list of verbatim files have in common. */
export function dummyPlan(input: DummyInput): Result<DummyPlan> {
  const configs = cargoConfigs(input);
  if (!configs.ok) return configs;
  const manifests = localManifests(input, configs.value);
  if (!manifests.ok) return manifests;
  const locks = all(sourceRoots(input).flatMap((root) => rootLock(root, input)));
  if (!locks.ok) return locks;
  const known = { manifests: manifests.value, configs: configs.value, locks: locks.value };
  const verbatim = verbatimDirectories(known);
  const kept = new Set([...verbatim, ...replacementDirectories(known)]);
  return ok({ ...known, verbatim, versions: dummyVersions(known, kept) });
}

function rootLock(root: string, { files }: DummyInput): Result<RootLock>[] {
  const file = posix.join(root, "Cargo.lock");
  const text = files.get(file);
  if (text === undefined) return [];
  const lock = parseLock(file, text);
  return [lock.ok ? ok({ file, lock: lock.value }) : lock];
}
