import { lstatSync, unlinkSync } from "node:fs";
import type { LinkedFiles } from "./linkedFiles.ts";
import { storedBlobs } from "./storedTrees.ts";

/**
 * Removes the blobs that no tree has a link to, and returns how many bytes that frees, together with the files of
 * the dead trees that were no blobs.
 *
 * A build may link to a blob at the moment at which it is removed: its file stays, and becomes the blob again when
 * its tree is added.
 *
 * @param dead the files of trees that were removed, or with `dryRun` would be
 */
export function sweepBlobs(root: string, dead: LinkedFiles, dryRun: boolean): number {
  let bytes = 0;
  const alone = new Map(dead.files);
  for (const path of storedBlobs(root)) {
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!found) continue;
    const gone = dead.files.get(found.ino);
    alone.delete(found.ino);
    const links = Number(found.nlink) - (dryRun ? (gone?.seen ?? 0) : 0);
    if (links > 1) continue;
    bytes += Number(found.size);
    if (!dryRun) remove(path);
  }
  for (const { bytes: size, links, seen } of alone.values()) if (links === seen) bytes += size;
  return bytes;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    const gone = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    if (!gone) throw thrown;
  }
}
