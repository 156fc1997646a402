import { existsSync, readdirSync, readFileSync } from "node:fs";
import { asLittleEndian } from "./fingerprintNumber.ts";

/**
 * Where a unit lies in Cargo's target directory up to Cargo 1.99: `<root>/.fingerprint/<directory>/`,
 * `<root>/deps/*-<hash>.*`, `<root>/build/<directory>/`.
 */
export type UnitPlace = {
  /** `release`, or `<triple>/release`. */
  readonly root: string;
  /** `serde-0f684f4fb369afbd`. */
  readonly directory: string;
};

/** Reads places of a target directory, whichever of its layers they lie in. */
export type TargetReader = {
  /** The host's path of a file in the target directory. */
  readonly locate: (path: string) => string | undefined;
};

/** Cargo's fingerprint of the unit at a place, if Cargo finished it: an unfinished unit has none. */
export function fingerprintAt(reader: TargetReader, place: UnitPlace): string | undefined {
  const directory = reader.locate(`${place.root}/.fingerprint/${place.directory}`);
  if (!directory || !existsSync(directory)) return undefined;
  const names = readdirSync(directory);
  const json = names.find((name) => name.endsWith(".json"));
  if (!json) return undefined;
  const hash = readFileSync(`${directory}/${json.slice(0, -".json".length)}`, "utf8");
  return /^[0-9a-f]{16}$/.test(hash) ? asLittleEndian(hash) : undefined;
}

/** The fingerprints of the units that the unit at a place was compiled against, as Cargo noted them. */
export function dependencyFingerprints(reader: TargetReader, place: UnitPlace): string[] {
  const directory = reader.locate(`${place.root}/.fingerprint/${place.directory}`);
  const json = directory && readdirSync(directory).find((name) => name.endsWith(".json"));
  if (!json) return [];
  const text = readFileSync(`${directory}/${json}`, "utf8");
  // Not JSON.parse: the numbers have 64 bits.
  const list = /"deps":\[(.*?)\],"local"/s.exec(text)?.[1] ?? "";
  return [...list.matchAll(/\[\d+,"[^"]*",(?:true|false),(\d+)\]/g)].map((match) => match[1] ?? "");
}
