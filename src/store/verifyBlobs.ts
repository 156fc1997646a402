import { lstatSync } from "node:fs";
import { basename } from "node:path";
import type { Digest } from "../base/digest.ts";
import { digestFiles } from "./digestFiles.ts";
import { storedBlobs } from "./storedTrees.ts";

export type VerifiedBlobs = {
  readonly count: number;
  readonly bytes: number;
  /** The content of each, by inode: trees have links to them, which need not be read again. */
  readonly contents: ReadonlyMap<bigint, Digest>;
  /** The paths of those that are not what they are named. */
  readonly damaged: readonly string[];
};

/** Reads every blob and compares it with its name, which tells its content and whether it is executable. */
export async function verifyBlobs(root: string): Promise<VerifiedBlobs> {
  const files = storedBlobs(root).flatMap((path) => {
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!found) return [];
    const executable = (Number(found.mode) & 0o111) !== 0;
    return [{ path, bytes: Number(found.size), inode: found.ino, executable }];
  });
  const contents = new Map<bigint, Digest>();
  const damaged: string[] = [];
  await digestFiles(files, ({ path, inode, executable }, digest) => {
    if (digest) contents.set(inode, digest);
    else if (!lstatSync(path, { throwIfNoEntry: false })) return;
    if (basename(path) !== `${digest}${executable ? ".x" : ""}`) damaged.push(path);
  });
  return {
    count: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    contents,
    damaged: damaged.sort(),
  };
}
