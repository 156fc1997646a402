import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { Digest } from "../base/digest.ts";
import { readTree } from "../store/readTree.ts";
import type { Store } from "../store/store.ts";
import { fingerprintAt, type TargetReader, type UnitPlace } from "./targetLayout.ts";
import type { UnitPlan } from "./unitPlan.ts";
import { recordUnit, type UnitRecord } from "./unitRecord.ts";

export type Capture = {
  readonly plan: UnitPlan;
  readonly located: ReadonlyMap<Digest, UnitPlace>;
  /** Those that were there at the start. */
  readonly restored: ReadonlyMap<Digest, UnitRecord>;
  /** The host's directory with what the build wrote. Files are moved out of it. */
  readonly written: string;
  readonly reader: TargetReader;
};

/**
 * Moves the units that Cargo compiled into the store and records them; returns all units of the plan that are
 * there now. One whose dependency is not recorded is not recorded either, nor one that Cargo did not finish.
 */
export async function captureUnits(store: Store, capture: Capture): Promise<Map<Digest, UnitRecord>> {
  const { plan, located, restored, written, reader } = capture;
  const kept = new Map<Digest, UnitRecord>();
  const files = filesByHash(written);
  for (const { key, dependencies } of plan.units) {
    const place = located.get(key);
    const against = againstOf(dependencies, kept);
    if (!place || !against) continue;
    const before = restored.get(key);
    const compiled = existsSync(`${written}/${place.root}/.fingerprint/${place.directory}`);
    if (before && !compiled) kept.set(key, before);
    if (!compiled || fingerprintAt(reader, place) === undefined) continue;
    const record = await capturedUnit(store, { written, place, files, against });
    recordUnit(store.memo, key, record);
    kept.set(key, record);
  }
  return kept;
}

function againstOf(
  dependencies: readonly Digest[],
  kept: ReadonlyMap<Digest, UnitRecord>,
): Record<string, Digest> | undefined {
  const against: Record<string, Digest> = {};
  for (const dependency of dependencies) {
    const tree = kept.get(dependency)?.tree;
    if (!tree) return undefined;
    against[dependency] = tree;
  }
  return against;
}

type Captured = {
  readonly written: string;
  readonly place: UnitPlace;
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly against: Record<string, Digest>;
};

async function capturedUnit(store: Store, { written, place, files, against }: Captured): Promise<UnitRecord> {
  await using scratch = await store.tempDir("unit");
  const unit = `${scratch.path}/unit`;
  const { root, directory } = place;
  const hash = directory.slice(-16);
  const paths = [`${root}/.fingerprint/${directory}`, `${root}/build/${directory}`, ...(files.get(`${root} ${hash}`) ?? [])];
  for (const path of paths) {
    if (!existsSync(`${written}/${path}`)) continue;
    mkdirSync(dirname(`${unit}/${path}`), { recursive: true });
    renameSync(`${written}/${path}`, `${unit}/${path}`);
  }
  const found = readTree(unit);
  const tree = await store.addTree(unit, found);
  if (!tree.ok) throw new Error(tree.error.message);
  return { tree: tree.value, files: found, against };
}

/** Files of `deps/` by root and the hash in their names. */
function filesByHash(written: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const root of rootsOf(written)) {
    for (const name of namesIn(`${written}/${root}/deps`)) {
      const hash = /-([0-9a-f]{16})(?:\.[^/]*)?$/.exec(name)?.[1];
      if (!hash) continue;
      const key = `${root} ${hash}`;
      found.set(key, [...(found.get(key) ?? []), `${root}/deps/${name}`]);
    }
  }
  return found;
}

/** `release`, and `<triple>/release` with `--target`. */
function rootsOf(written: string): string[] {
  return namesIn(written).flatMap((name) => [name, ...namesIn(`${written}/${name}`).map((below) => `${name}/${below}`)]);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
