import { readdirSync, readFileSync } from "node:fs";
import { isRecord } from "../../base/isRecord.ts";
import { crateStem, type LockedCrate } from "./lockedPackage.ts";

/** An unpacked crate of a directory source. */
export type DirectoryCrate = {
  /** Absolute. */
  readonly path: string;
  /** What `.cargo-checksum.json` says of its files: path → SHA-256. Empty where they may be edited. */
  readonly files: Readonly<Record<string, string>>;
};

/**
 * Finds crates in a directory source by the checksum in their `.cargo-checksum.json`. The directory of a crate may
 * have any name; `<name>-<version>` and `<name>` are looked at first, so that usually nothing else is read.
 */
export function directoryCrates(directory: string): (crate: LockedCrate) => DirectoryCrate | undefined {
  let byChecksum: ReadonlyMap<string, DirectoryCrate> | undefined;
  return (crate) => {
    for (const name of [crateStem(crate), crate.name]) {
      const marked = readMark(`${directory}/${name}`);
      if (marked?.checksum === crate.checksum) return marked.crate;
    }
    byChecksum ??= readAll(directory);
    return byChecksum.get(crate.checksum);
  };
}

function readAll(directory: string): Map<string, DirectoryCrate> {
  const marks = namesIn(directory).flatMap((name) => readMark(`${directory}/${name}`) ?? []);
  return new Map(marks.map(({ checksum, crate }) => [checksum, crate]));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** undefined for what is no vendored crate; Cargo names the fault of one that is damaged. */
function readMark(path: string): { checksum: string; crate: DirectoryCrate } | undefined {
  try {
    const mark: unknown = JSON.parse(readFileSync(`${path}/.cargo-checksum.json`, "utf8"));
    if (!isRecord(mark) || typeof mark.package !== "string" || !isRecord(mark.files)) return undefined;
    const files = Object.entries(mark.files).map(([file, sum]) => [file, String(sum)] as const);
    return { checksum: mark.package, crate: { path, files: Object.fromEntries(files) } };
  } catch {
    return undefined;
  }
}
