import { lutimesSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { linkPrefix } from "./linkPrefix.ts";

/** Brings a directory from one set of files to another, touching none that is the same in both. */
export function writeFiles(
  root: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void {
  for (const path of before.keys()) {
    if (!after.has(path)) rmSync(join(root, path));
  }
  for (const [path, text] of after) {
    if (before.get(path) === text) continue;
    const place = join(root, path);
    mkdirSync(dirname(place), { recursive: true });
    if (!text.startsWith(linkPrefix)) {
      writeFileSync(place, text);
      continue;
    }
    rmSync(place, { force: true });
    symlinkSync(text.slice(linkPrefix.length), place);
  }
}

/** Gives files the times of long ago, so that they are older than what Cargo compiled from them. */
export function age(root: string, files: ReadonlyMap<string, string>): void {
  for (const path of files.keys()) lutimesSync(join(root, path), 1e9, 1e9);
}
