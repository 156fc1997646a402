import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { breather } from "../base/concurrency.ts";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import { err, ok, type Result } from "../base/result.ts";
import { walk } from "../tree/walk.ts";
import type { Blobs } from "./blobs.ts";
import { removeAllSync } from "./locks.ts";
import { readTree } from "./readTree.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";

/** Where the content of a file that the store does not have comes from: a path to copy, or the bytes. */
export type Origin = string | Uint8Array;

/**
 * Makes the tree that `files` describe out of blobs, asking `origin` only for contents that are not there.
 *
 * Errors: `source-changed`, where a file no longer has the content that it was said to have. A user who saves a
 * file while it is being copied must not put the new content into the store under the old name.
 */
export async function composeTree(
  place: { readonly trees: Trees; readonly scratch: string },
  files: readonly TreeFile[],
  origin: (file: TreeFile) => Origin,
): Promise<Result<Digest>> {
  const digest = treeDigest(files);
  const { trees } = place;
  trees.claim(digest);
  if (existsSync(`${trees.directory}/${digest}`)) return ok(digest);
  const made = new Set<string>();
  const parentOf = (path: string) => {
    const directory = dirname(path);
    if (!made.has(directory)) mkdirSync(directory, { recursive: true });
    made.add(directory);
  };
  const root = `${place.scratch}/tree`;
  mkdirSync(root, { recursive: true });
  const pause = breather();
  for (const file of files) {
    await pause();
    const path = `${root}/${file.path}`;
    parentOf(path);
    if (file.type === "directory") mkdirSync(path, { recursive: true });
    else if (file.type === "symlink") symlinkSync(file.target, path);
    else if (!trees.blobs.link(file.digest, file.executable, path)) {
      const from = origin(file);
      if (!put(path, from, file.digest)) return err(changed(file.path));
    }
  }
  return ok(await addTree(trees, root, files));
}

/** Whether what arrived is what was expected. */
function put(path: string, origin: Origin, expected: Digest): boolean {
  if (typeof origin !== "string") {
    writeFileSync(path, origin);
    return true;
  }
  copyFileSync(origin, path, constants.COPYFILE_FICLONE);
  return digestOf(readFileSync(path)) === expected;
}

function changed(path: string): Diagnostic {
  return diagnostic("source-changed", `\`${path}\` changed while it was being read`, {
    help: ["run the same command again"],
  });
}

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

/**
 * Settles the directories, and removes sockets, pipes and devices. Directories come last: what comes into one or goes
 * changes its time.
 */
function settleDirectories(root: string): void {
  const entries = [...walk(root)];
  for (const { path, type } of entries) if (type === "special") rmSync(`${root}/${path}`);
  for (const { path, type } of entries) if (type === "directory") settleDirectory(`${root}/${path}`);
  settleDirectory(root);
}

function settleDirectory(directory: string): void {
  chmodSync(directory, 0o755);
  utimesSync(directory, constantTime, constantTime);
}

/**
 * The modification time of everything in the store, in seconds after the epoch.
 *
 * Cargo compares times of files that a build script declared with `rerun-if-changed`, and those of workspace
 * sources, against the units' own (seen with Cargo 1.95). With one time everywhere, restored units are fresh.
 * Not 0: some tools take 0 for "no time".
 */
const constantTime = 1;
