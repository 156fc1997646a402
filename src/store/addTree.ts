import { chmodSync, existsSync, lutimesSync, mkdirSync, readdirSync, renameSync, utimesSync } from "node:fs";
import { breather } from "../base/breather.ts";
import type { Digest } from "../base/digest.ts";
import type { Blobs } from "./blobs.ts";
import { constantTime } from "./constantTime.ts";
import { readTree } from "./readTree.ts";
import { removeAllSync } from "./tempDir.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";

/** Where trees are kept. */
export type Trees = {
  readonly directory: string;
  readonly blobs: Blobs;
  /**
   * Records that a tree is used today. Comes before looking whether it is there: garbage collection removes a tree
   * in the transaction in which it finds no such record, so what is seen afterwards stays.
   */
  readonly claim: (digest: Digest) => void;
};

/**
 * Takes over a directory of the store's own `tmp/`. What is in it may be given where it is known already;
 * otherwise it is read.
 */
export async function addTree(trees: Trees, directory: string, known?: readonly TreeFile[]): Promise<Digest> {
  const files = known ?? readTree(directory);
  const digest = treeDigest(files);
  const place = `${trees.directory}/${digest}`;
  trees.claim(digest);
  if (existsSync(place)) {
    removeAllSync(directory);
    return digest;
  }
  const pause = breather();
  for (const file of files) {
    settle(directory, file, trees.blobs);
    await pause();
  }
  settleDirectories(directory);
  mkdirSync(trees.directory, { recursive: true });
  renameInto(directory, place);
  return digest;
}

/** Another process may have added the same tree since; then ours is superfluous. */
function renameInto(directory: string, place: string): void {
  try {
    renameSync(directory, place);
  } catch (thrown) {
    if (!existsSync(place)) throw thrown;
    removeAllSync(directory);
  }
}

function settle(root: string, file: TreeFile, blobs: Blobs): void {
  const path = `${root}/${file.path}`;
  if (file.type === "symlink") lutimesSync(path, constantTime, constantTime);
  if (file.type !== "file") return;
  chmodSync(path, file.executable ? 0o755 : 0o644);
  utimesSync(path, constantTime, constantTime);
  blobs.adopt(path, file.digest, file.executable);
}

/** After the files, since adding a link to a directory changes its time. */
function settleDirectories(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) settleDirectories(`${directory}/${entry.name}`);
  }
  chmodSync(directory, 0o755);
  utimesSync(directory, constantTime, constantTime);
}
