import { err, ok, type Result } from "../base/result.ts";
import type { FileMemory } from "./fileMemory.ts";
import type { Keeps } from "./filterPredicate.ts";
import type { MentionedPaths } from "./mentionedPaths.ts";
import { type ReadFile, readFile } from "./readFile.ts";
import type { ScannedFile } from "./scannedFile.ts";
import { unreadable } from "./unreadable.ts";
import type { Walk } from "./walkSource.ts";

type Reading = {
  readonly root: string;
  readonly keeps: Keeps;
  readonly memory: FileMemory;
  /** Given where the filter depends on the names that the files hold: then they are followed to the end. */
  readonly mentioned: MentionedPaths | undefined;
};

/**
 * The files of a walk that the filter keeps, each read at most once, in the walk's order. Files that vanished
 * since the walk are left out.
 */
export function readFiles(
  { paths, symlinks }: Walk,
  { root, keeps, memory, mentioned }: Reading,
): Result<ScannedFile[]> {
  const wants = (path: string): boolean => keeps(path, symlinks.has(path) ? "symlink" : "file");
  const found: (ReadFile | undefined)[] = [];
  let rounds = 0;
  for (let isGrowing = true; isGrowing; rounds++) {
    isGrowing = false;
    let index = -1;
    for (const path of paths) {
      index++;
      if (rounds === 0) found.push(undefined);
      if (found[index] !== undefined || !wants(path)) continue;
      try {
        const file = readFile(root, path, memory);
        found[index] = file;
        if (!mentioned || file.mentions.length === 0) continue;
        for (const name of file.mentions) isGrowing = mentioned.add(path, name) || isGrowing;
      } catch (thrown) {
        return err(unreadable(path, thrown));
      }
    }
  }
  const files: ScannedFile[] = [];
  found.forEach((file, index) => {
    if (file?.scanned && (rounds === 1 || wants(paths[index] ?? ""))) files.push(file.scanned);
  });
  return ok(files);
}
