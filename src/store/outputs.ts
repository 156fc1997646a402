import { chmodSync, existsSync, lstatSync, lutimesSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { Digest } from "../base/digest.ts";
import { errorCode } from "../base/narrowing.ts";
import { walk } from "../tree/walk.ts";
import { removeAllSync } from "./locks.ts";
import { readTree } from "./readTree.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";
import { constantTime, renameInto, settleAllDirectories, settleDirectories, type Trees } from "./trees.ts";

/**
 * Outputs: the trees that users are given links to, and change by them (`strip result/bin/app`). Their files are no links
 * to blobs, so that nothing else in the store changes with them; and a change is noticed before the output is used again.
 */

/** Takes over a directory of the store's own `tmp/`, as `addTree` does. A changed output of that name is replaced. */
export function addOutput(trees: Trees, directory: string): Digest {
  const files = readTree(directory);
  const digest = treeDigest(files);
  const place = `${trees.root}/trees/${digest}`;
  trees.claim(digest);
  settle(directory, files);
  if (!existsSync(place)) renameInto(directory, place);
  else if (changesOf(place, digest).length > 0) replace(directory, place);
  else takeFiles(directory, place, files);
  return digest;
}

/** Gives everything the modes and the time of the store; leaves out what no tree can hold. */
function settle(directory: string, files: readonly TreeFile[]): void {
  for (const file of files) {
    const path = `${directory}/${file.path}`;
    if (file.type === "file") chmodSync(path, file.executable ? 0o755 : 0o644);
    if (file.type !== "directory") lutimesSync(path, constantTime, constantTime);
  }
  settleAllDirectories(directory);
}

function replace(directory: string, place: string): void {
  const aside = `${directory}.changed`;
  try {
    renameSync(place, aside);
  } catch (thrown) {
    // Another process replaces it as well.
    if (errorCode(thrown) !== "ENOENT") throw thrown;
  }
  renameInto(directory, place);
  removeAllSync(aside);
}

/**
 * Makes the tree at `place`, which is the same, one with files of its own. One by one, since it may be in use: it may
 * also be a source, or have been an output when those were links to blobs.
 */
function takeFiles(directory: string, place: string, files: readonly TreeFile[]): void {
  const shared = files.filter(
    ({ path, type }) =>
      type === "file" && (lstatSync(`${place}/${path}`, { throwIfNoEntry: false })?.nlink ?? 1) > 1,
  );
  const touched = new Set<string>();
  for (const { path } of shared) {
    renameSync(`${directory}/${path}`, `${place}/${path}`);
    touched.add(dirname(`${place}/${path}`));
  }
  settleDirectories([...touched, place], true);
  removeAllSync(directory);
}

/**
 * The files and directories of an output that were changed since it was built, by path (`.` itself); none where it is as it
 * was. What has the times that it was left with is not read.
 *
 * @param directory where it lies
 */
export function changesOf(directory: string, output: Digest): readonly string[] {
  const settled = lstatSync(directory).ctimeMs;
  // Users may be at work on it: what vanishes meanwhile was changed.
  const below = walk(directory, { throwIfNoEntry: false });
  const entries = [{ path: ".", type: "directory" } as const, ...below];
  const strange = entries.filter(({ type }) => type === "special" || type === "undecodable");
  if (strange.length > 0) return strange.map(({ path }) => path);
  const suspects = entries
    .map(({ path }) => path)
    .filter((path) => isSuspect(`${directory}/${path}`, settled));
  if (suspects.length === 0) return [];
  try {
    const files = readTree(directory);
    if (treeDigest(files) !== output) return suspects;
    // Only touched, or copied without its times.
    settle(directory, files);
    return [];
  } catch {
    // Its permissions were changed.
    return suspects;
  }
}

/**
 * Whether something may have been changed. `ctime` also tells of a mode that was changed, and of a time that was set back.
 *
 * @param settled when the output was settled, as the `ctime` of its directory has it
 */
function isSuspect(path: string, settled: number): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return !found || found.mtimeMs !== 1000 * constantTime || found.ctimeMs > settled;
}
