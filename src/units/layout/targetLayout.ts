import { existsSync, readdirSync, readFileSync } from "node:fs";

/**
 * This folder knows what Cargo leaves in a target directory and what its messages say of that. Nothing else does.
 *
 * A place is where a unit lies in the target directory. There are two layouts, told apart by what is found:
 *
 * - up to Cargo 1.99: `<root>/.fingerprint/<directory>/`, `<root>/deps/*-<hash>.*`, `<root>/build/<directory>/`, and of
 *   what another package has as an artifact `<root>/deps/artifact/<directory>/`
 * - since Cargo 1.100, and with `-Z build-dir-new-layout`: `<root>/build/<directory>/{fingerprint,out,run}/`
 */
export type UnitPlace = {
  /** `release`, or `<triple>/release`. */
  readonly root: string;
  /** `serde-0f684f4fb369afbd`; in the new layout `serde/0f684f4fb369afbd`. */
  readonly directory: string;
};

/** Tells places apart. */
export function placeName({ root, directory }: UnitPlace): string {
  return `${root}/${directory}`;
}

/** The places that a unit's files lie at, told by their paths in the target directory. */
export function placesOf(paths: readonly string[]): UnitPlace[] {
  const places = paths.flatMap((path): UnitPlace[] => {
    const [, root = "", directory] =
      /^(.+?)\/\.fingerprint\/([^/]+)\//.exec(path) ??
      /^(.+?)\/build\/([^/]+\/[0-9a-f]{16})\/fingerprint\//.exec(path) ??
      [];
    return directory === undefined ? [] : [{ root, directory }];
  });
  return uniquePlaces(places);
}

export function uniquePlaces(places: readonly UnitPlace[]): UnitPlace[] {
  return [...new Map(places.map((place) => [placeName(place), place])).values()];
}

/** Whether it is one of the new layout, in which all of a unit lies in one directory. */
export function hasOneDirectory({ directory }: UnitPlace): boolean {
  return directory.includes("/");
}

/** The directory of Cargo's fingerprint of a unit, below the target directory. */
export function fingerprintDirectory(place: UnitPlace): string {
  const { root, directory } = place;
  return hasOneDirectory(place)
    ? `${root}/build/${directory}/fingerprint`
    : `${root}/.fingerprint/${directory}`;
}

/** The file that holds what a build script printed, below the target directory. */
export function buildScriptOutput(place: UnitPlace): string {
  return `${place.root}/build/${place.directory}/${hasOneDirectory(place) ? "run/stdout" : "output"}`;
}

/** Reads a target directory, whichever of its layers a file lies in. */
export type TargetReader = {
  /** The host's path of a file in the target directory. */
  readonly locate: (path: string) => string | undefined;
};

/** Cargo's fingerprint of the unit at a place, if Cargo finished it: an unfinished unit has none. */
export function fingerprintAt(reader: TargetReader, place: UnitPlace): string | undefined {
  const file = fingerprintFile(reader, place);
  if (!file) return undefined;
  const hash = readFileSync(file.slice(0, -".json".length), "utf8");
  return /^[0-9a-f]{16}$/.test(hash) ? asLittleEndian(hash) : undefined;
}

/** The fingerprints of the units that the unit at a place was compiled against, as Cargo noted them. */
export function dependencyFingerprints(reader: TargetReader, place: UnitPlace): string[] {
  const file = fingerprintFile(reader, place);
  if (!file) return [];
  // Not JSON.parse: the numbers have 64 bits.
  const list = /"deps":\[(.*?)\],"local"/s.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  return [...list.matchAll(/\[\d+,"[^"]*",(?:true|false),(\d+)\]/g)].map((match) => match[1] ?? "");
}

/** What Cargo calls the fingerprint at a place: `lib-serde`, `test-bin-app`. It says target and kind of the unit. */
export function fingerprintName(reader: TargetReader, place: UnitPlace): string | undefined {
  return fingerprintFile(reader, place)?.replace(/^.*\//, "").slice(0, -".json".length);
}

function fingerprintFile(reader: TargetReader, place: UnitPlace): string | undefined {
  const directory = reader.locate(fingerprintDirectory(place));
  if (directory === undefined || !existsSync(directory)) return undefined;
  const json = readdirSync(directory).find((name) => name.endsWith(".json"));
  return json && `${directory}/${json}`;
}

/**
 * A fingerprint file holds 64 bits as hexadecimal bytes, the least significant first; the `deps` of other
 * fingerprints hold the same as a decimal number (seen with Cargo 1.95).
 *
 * @example
 * asLittleEndian("dea516f3438fa013") // "1414287804998264286"
 */
export function asLittleEndian(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return BigInt(`0x${bytes.reverse().join("")}`).toString();
}
