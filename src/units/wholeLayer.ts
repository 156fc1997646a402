import type { Digest } from "../base/digest.ts";
import type { Memo } from "../store/store.ts";
import type { UnitFiles } from "./composeUnits.ts";
import type { UnitPlace } from "./targetLayout.ts";

/**
 * What is kept of a unit where no plan tells what it is made of. Cargo's own fingerprint decides whether it is fresh:
 * of a package that is not the project's own it covers version, features, profile and dependencies, not the content.
 */
export type PlacedUnit = UnitFiles & {
  readonly place: UnitPlace;
  /** A file of its package, and the content of the whole package when the unit was compiled. */
  readonly source: string;
  readonly content: Digest;
};

const kind = "whole-layer";
const latest = "latest-whole-layer";

/** The units of the layer with that digest; undefined where it was not kept as a whole. */
export function recordedLayer(memo: Memo, digest: Digest): readonly PlacedUnit[] | undefined {
  const text = memo.get(kind, digest);
  return text === undefined ? undefined : JSON.parse(text);
}

/** The layer that was kept last under one of these names, the first name that has one. */
export function latestLayer(memo: Memo, names: readonly string[]): readonly PlacedUnit[] | undefined {
  for (const name of names) {
    const text = memo.get(latest, name);
    const units = text === undefined ? undefined : memo.get(kind, text);
    if (units !== undefined) return JSON.parse(units);
  }
  return undefined;
}

export function recordLayer(
  memo: Memo,
  digest: Digest,
  { units, names }: { readonly units: readonly PlacedUnit[]; readonly names: readonly string[] },
): void {
  memo.set(kind, digest, JSON.stringify(units));
  for (const name of names) memo.set(latest, name, digest);
}
