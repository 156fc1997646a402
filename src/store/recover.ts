import { spawn } from "node:child_process";
import { closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename } from "node:path";
import { asDigest, type Digest } from "../base/digest.ts";
import { freeBeside } from "../tree/beside.ts";
import { digestFile, textOf } from "../tree/files.ts";
import { storedBlobs, storedTrees } from "./contents.ts";
import { exclusivelyNow, removeAllSync } from "./locks.ts";
import { listTree } from "./readTree.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";

/**
 * What the store does about a power cut, or a system that crashed: then files that were written shortly before may be
 * empty or gone, though their names are there. Waiting for the disk at each file (`fsync`) would make builds slower.
 * Instead the store knows until when all is on the disk for certain (`synced`), and in which run of the system it was
 * used last (`boot`). When that is another, whatever came since is read and compared with its name, before anybody
 * uses it.
 *
 * @returns what to say to people, where something was lost
 */
export function recoverFromCrash(root: string): string | undefined {
  const boot = textOf("/proc/sys/kernel/random/boot_id");
  const last = textOf(`${root}/boot`);
  if (boot === undefined || boot === last) return undefined;
  return exclusivelyNow(`${root}/locks`, "boot", () => {
    if (textOf(`${root}/boot`) === boot) return undefined;
    const started = Date.now();
    // A store that did not keep track yet is taken for whole.
    const lost = last === undefined ? 0 : removeLost(root, syncedUntil(root));
    // What was read after the system started came from the disk.
    writeDurably(`${root}/synced`, String(started));
    writeDurably(`${root}/boot`, boot);
    return lost === 0 ? undefined : lostText(lost);
  });
}

function lostText(lost: number): string {
  const trees = lost === 1 ? "1 tree" : `${lost} trees`;
  return `the system stopped before ${trees} of the store reached the disk; made again when needed`;
}

/** Milliseconds after the epoch; 0 where that is not known. */
function syncedUntil(root: string): number {
  const until = Number(textOf(`${root}/synced`) ?? 0);
  return until > 0 && until <= Date.now() ? until : 0;
}

/** The system's clock for files may be behind by some milliseconds. */
const margin = 1000;

/** Removes the blobs and trees that came or changed since that moment and are not what they are named. */
function removeLost(root: string, since: number): number {
  const contents = new Map<bigint, Digest>();
  for (const path of storedBlobs(root)) {
    const { ino, mode, size, ctimeMs } = lstatSync(path, { bigint: true });
    const name = basename(path);
    const digest = asDigest(name.replace(/\.x$/, ""));
    const isOld = Number(ctimeMs) < since - margin;
    const isWhole =
      isOld || (digestFile(path, Number(size)) === digest && isExecutable(mode) === name.endsWith(".x"));
    if (digest && isWhole) contents.set(ino, digest);
    else rmSync(path);
  }
  const lost = [...storedTrees(root)].filter((tree) => {
    const directory = `${root}/trees/${tree}`;
    if (lstatSync(directory).ctimeMs < since - margin) return false;
    const { files, strange } = listTree(directory, (path): TreeFile => {
      const { ino, mode, size } = lstatSync(`${directory}/${path}`, { bigint: true });
      const digest = contents.get(ino) ?? digestFile(`${directory}/${path}`, Number(size));
      return { type: "file", path, digest, executable: isExecutable(mode) };
    });
    return strange.length > 0 || treeDigest(files) !== tree;
  });
  for (const tree of lost) removeAllSync(`${root}/trees/${tree}`);
  return lost.length;
}

function isExecutable(mode: bigint): boolean {
  return (Number(mode) & 0o111) !== 0;
}

/** In milliseconds. The system writes by itself what is older, so that there is little left to wait for. */
const settled = 60_000;

/**
 * Lets the system write to the disk what came into the store, and notes that it did. Beside everything else, and given
 * up when disposed: then the next process does it.
 */
export function syncStore(root: string): Disposable {
  const started = Date.now();
  const changed = statSync(`${root}/trees`).mtimeMs;
  if (changed < syncedUntil(root) - margin || started - changed < settled) return { [Symbol.dispose]() {} };
  const child = spawn("sync", ["-f", root], { stdio: "ignore" });
  child.unref();
  // Where there is no such program, more is read after a crash.
  child.on("error", () => {});
  child.on("exit", (status) => {
    if (status !== 0) return;
    try {
      writeDurably(`${root}/synced`, String(started));
    } catch {
      // The disk is full, or the store was removed meanwhile: likewise.
    }
  });
  return { [Symbol.dispose]: () => void child.kill() };
}

/** Replaces a file by one with that text, which is on the disk when it gets the name. Several may do so at once. */
export function writeDurably(path: string, text: string): void {
  const fresh = freeBeside(path);
  const descriptor = openSync(fresh, "w");
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, path);
}
