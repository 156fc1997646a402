import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { breather } from "../base/concurrency.ts";
import { type Digest, digestOf } from "../base/digest.ts";
import { errorCode } from "../base/narrowing.ts";
import { parentOf } from "../base/paths.ts";
import { err, ok, type Result } from "../base/result.ts";
import { changedMeanwhile, isFile } from "../tree/files.ts";
import { walk } from "../tree/walk.ts";
import { removeAllSync } from "./locks.ts";
import { readTree } from "./readTree.ts";
import type { Origin } from "./store.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";

/**
 * Trees and the files in them. `trees/<digest>` is a directory. `blobs/ab/abcdef…` is a file by its content, and `….x`
 * one that is executable, since links to one file share its mode. Every file of every tree is a hard link to its blob,
 * so that equal files are kept once; but for those of a source that are equal to another of it. A blob with no other
 * link is garbage.
 *
 * A blob has its mode and its time before it has its name, so that whoever links to it has nothing left to do.
 */
export type Trees = {
  readonly root: string;
  /**
   * Records that a tree is used today. Comes before looking whether it is there: garbage collection removes a tree
   * in the transaction in which it finds no such record, so what is seen afterwards stays.
   */
  readonly claim: (tree: Digest) => void;
};

/**
 * Makes the tree that `files` describe out of blobs, asking `origin` only for contents that are not there.
 *
 * Errors: `source-changed`, where a file no longer has the content that it was said to have. A user who saves a
 * file while it is being copied must not put the new content into the store under the old name.
 *
 * @param scratch a directory of the store's own `tmp/`, which is left with what was made if it fails
 * @param apart whether no two files may be links to one: `cp`, `mv` and `tar` take such for one file
 */
export async function composeTree(
  { trees, scratch, apart }: { readonly trees: Trees; readonly scratch: string; readonly apart: boolean },
  files: readonly TreeFile[],
  origin: (file: TreeFile) => Origin,
): Promise<Result<Digest>> {
  const digest = treeDigest(files);
  trees.claim(digest);
  const place = `${trees.root}/trees/${digest}`;
  if (existsSync(place)) return ok(digest);
  const root = `${scratch}/tree`;
  const { made, makeDirectory } = directoriesBelow(root);
  makeDirectory("");
  const taken = new Set<string>();
  const pause = breather();
  for (const file of files) {
    await pause();
    makeDirectory(file.type === "directory" ? file.path : parentOf(file.path));
    const place = { path: `${root}/${file.path}`, aside: `${scratch}/link` };
    const blob = apart && file.type === "file" ? blobOf(trees.root, file) : undefined;
    const made = putFile(trees, file, { ...place, origin, isApart: blob !== undefined && taken.has(blob) });
    if (!made.ok) return made;
    if (blob !== undefined) taken.add(blob);
  }
  const isMasked = (statSync(root).mode & 0o777) !== 0o755;
  settleDirectories(made(), isMasked);
  renameInto(root, place);
  return ok(digest);
}

/** Makes directories of a tree, each once, after the one above it; `""` is the tree's own. Other threads may make the same. */
export function directoriesBelow(root: string) {
  const known = new Set<string>();
  const makeDirectory = (path: string): void => {
    if (known.has(path)) return;
    if (path !== "") makeDirectory(parentOf(path));
    try {
      mkdirSync(`${root}/${path}`, 0o755);
    } catch (thrown) {
      if (errorCode(thrown) !== "EEXIST") throw thrown;
    }
    known.add(path);
  };
  return { makeDirectory, made: () => [...known].map((path) => `${root}/${path}`) };
}

type Putting = Place & {
  /** Where contents come from that are not in the store. */
  readonly origin: (file: TreeFile) => Origin;
  /** Whether it must be no link to its blob. */
  readonly isApart: boolean;
};

/**
 * Puts a file or a symlink of a tree at a path at which nothing is, in a directory that is there.
 *
 * Errors: `source-changed`.
 */
export function putFile(
  trees: Trees,
  file: TreeFile,
  { path, aside, origin, isApart }: Putting,
): Result<void> {
  if (file.type === "symlink") {
    symlinkSync(file.target, path);
    lutimesSync(path, constantTime, constantTime);
  } else if (file.type === "file") {
    const link = isApart ? "full" : linkBlob(trees, file, path);
    if (link === "made") return ok();
    const from = link === "full" ? blobOf(trees.root, file) : origin(file);
    if (!fetchContent(path, from, file.digest)) return err(changedMeanwhile(file.path));
    if (link === "full") setModeAndTime(path, file);
    else settleFile(trees, file, { path, aside });
  }
  return ok();
}

/** Puts the content of a file at `path`; false where what arrived is not what was expected. */
function fetchContent(path: string, origin: Origin, expected: Digest): boolean {
  if (typeof origin !== "string") {
    writeFileSync(path, origin);
    return digestOf(origin) === expected;
  }
  try {
    copyFileSync(origin, path, constants.COPYFILE_FICLONE);
  } catch (thrown) {
    // It is gone, or something else by now.
    if (!isFile(origin)) return false;
    throw thrown;
  }
  return digestOf(readFileSync(path)) === expected;
}

/**
 * Takes over a directory of the store's own `tmp/`. What is in it may be given where it is known already;
 * otherwise it is read.
 */
export async function addTree(trees: Trees, directory: string, known?: readonly TreeFile[]): Promise<Digest> {
  const files = known ?? readTree(directory);
  const digest = treeDigest(files);
  const place = `${trees.root}/trees/${digest}`;
  trees.claim(digest);
  if (existsSync(place)) {
    removeAllSync(directory);
    return digest;
  }
  const pause = breather();
  for (const file of files) {
    const path = `${directory}/${file.path}`;
    const place = { path, aside: `${directory}.link` };
    if (file.type === "symlink") lutimesSync(path, constantTime, constantTime);
    if (file.type === "file" && replaceByBlob(trees, file, place) !== "made") settleFile(trees, file, place);
    await pause();
  }
  settleAllDirectories(directory);
  renameInto(directory, place);
  return digest;
}

export type File = Extract<TreeFile, { type: "file" }>;

/** `absent`: there is no such blob. `full`: there is, and no more links to it are allowed. */
type BlobLink = "made" | "absent" | "full";

type Root = Pick<Trees, "root">;

/** Puts a link to the blob of a file at `path`. */
export function linkBlob({ root }: Root, file: File, path: string): BlobLink {
  try {
    linkSync(blobOf(root, file), path);
    return "made";
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return "absent";
    if (errorCode(thrown) === "EMLINK") return "full";
    throw thrown;
  }
}

type Place = {
  readonly path: string;
  /** Free, on the same file system, and outside the tree: in the tree any name may be taken. */
  readonly aside: string;
};

/**
 * Makes the file at `path`, which has that content, a link to its blob. By rename, so that the file is never missing:
 * another process may be reading it.
 */
export function replaceByBlob(trees: Root, file: File, { path, aside }: Place): BlobLink {
  const link = linkBlob(trees, file, aside);
  if (link !== "made") return link;
  renameSync(aside, path);
  // A rename between two links to one file does nothing (POSIX), so the name may be left.
  try {
    unlinkSync(aside);
  } catch {}
  return link;
}

/** Gives the file at `path` the mode and the time of the store, and makes it the blob of its content. */
export function settleFile(trees: Root, file: File, place: Place): void {
  setModeAndTime(place.path, file);
  nameBlob(trees, file, place);
}

/** Makes the file at `path`, which has the mode and the time of the store, the blob of its content. */
export function nameBlob(trees: Root, file: File, place: Place): void {
  const blob = blobOf(trees.root, file);
  try {
    linkSync(place.path, blob);
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") {
      mkdirSync(parentOf(blob), { recursive: true });
      nameBlob(trees, file, place);
    } else if (errorCode(thrown) === "EEXIST") {
      // Another process made it since, or it is full of links. Then the file stays on its own.
      replaceByBlob(trees, file, place);
    } else throw thrown;
  }
}

function setModeAndTime(path: string, file: File): void {
  chmodSync(path, file.executable ? 0o755 : 0o644);
  utimesSync(path, constantTime, constantTime);
}

export function blobOf(root: string, file: Pick<File, "digest" | "executable">): string {
  return `${root}/blobs/${file.digest.slice(0, 2)}/${nameOfBlob(file)}`;
}

export function nameOfBlob({ digest, executable }: Pick<File, "digest" | "executable">): string {
  return executable ? `${digest}.x` : digest;
}

/** After all is in them, since that changes their times. */
export function settleDirectories(paths: readonly string[], modesToo: boolean): void {
  for (const path of paths) {
    if (modesToo) chmodSync(path, 0o755);
    utimesSync(path, constantTime, constantTime);
  }
}

/**
 * The same of a directory and all that it has; removes from it what no tree can hold: sockets and pipes. The directory itself
 * comes last: see `changesOf`.
 */
export function settleAllDirectories(directory: string): void {
  const directories: string[] = [];
  for (const { path, type } of walk(directory)) {
    if (type === "special") rmSync(`${directory}/${path}`, { force: true });
    if (type === "directory") directories.push(`${directory}/${path}`);
  }
  settleDirectories([...directories, directory], true);
}

/** Another process may have added the same tree since; then ours is superfluous. */
export function renameInto(directory: string, place: string): void {
  try {
    renameSync(directory, place);
  } catch (thrown) {
    if (!existsSync(place)) throw thrown;
    removeAllSync(directory);
  }
}

/**
 * The modification time of everything in the store, in seconds after the epoch.
 *
 * Cargo compares times of files that a build script declared with `rerun-if-changed`, and those of workspace
 * sources, against the units' own (seen with Cargo 1.95). With one time everywhere, restored units are fresh.
 * Not 0: some tools take 0 for "no time".
 */
export const constantTime = 1;
