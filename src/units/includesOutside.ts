import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { depInfoFiles, depInfosIn } from "./depInfo.ts";
import type { TargetReader } from "./targetLayout.ts";

/**
 * Whether a unit included a file of the system by its path, as its dep-info says: such a unit depends on what is
 * installed. Of a unit without dep-info nobody knows.
 *
 * @param files of the unit, by path in the target directory
 */
export function includesOutside(reader: TargetReader, files: readonly string[]): boolean {
  const infos = files.flatMap((file) => reader.locate(file) ?? []).flatMap(depInfosIn);
  const included = infos.flatMap((info) => depInfoFiles(readFileSync(info, "utf8")));
  return infos.length === 0 || included.some(isOutside);
}

/** All that a step is given lies below `/build`, which is below the store where there is no sandbox. */
function isOutside(path: string): boolean {
  const place = posix.normalize(path);
  return place.startsWith("../") || (place.startsWith("/") && !/^(\/.*\/none)?\/build\//.test(place));
}
