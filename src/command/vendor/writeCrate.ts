import {
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { type Digest, digestOf, isRecord } from "../../base/digest.ts";
import { parentOf } from "../../base/paths.ts";
import { checksumFile, checksumText, isLeftOutByVendoring, readChecksums } from "../../fetch/checksumFile.ts";
import { gunzipCrateSync, readCrate } from "../../fetch/registry/readCrate.ts";
import { walk } from "../../tree/walk.ts";

/** A crate that is to be written into a directory that is not there yet. */
export type CrateToWrite = {
  /** Absolute. */
  readonly directory: string;
  readonly from:
    | {
        readonly type: "archive";
        /** Files that may be the crate's `.crate`; the first that has the checksum is. */
        readonly files: readonly string[];
        /** `itoa-1.0.15`. */
        readonly stem: string;
        /** SHA-256 of the `.crate` file, from the lock. */
        readonly checksum: string;
      }
    | { readonly type: "tree"; readonly tree: string };
  /** Of the process: a thread may not ask for it (nodejs.org/api/process.html, `process.umask`). */
  readonly umask: number;
};

/** What several threads write together. A thread that runs this file is given it. */
export type CrateQueue = {
  readonly crates: readonly CrateToWrite[];
  /** In shared memory: the index of the crate that nobody has taken yet. */
  readonly next: Int32Array<SharedArrayBuffer>;
};

/** The index of a crate that nobody else takes; undefined where none is left. */
export function takeCrate({ crates, next }: CrateQueue): number | undefined {
  const index = Atomics.add(next, 0, 1);
  return index < crates.length ? index : undefined;
}

/**
 * Writes a crate as `cargo vendor` (1.95) does: without what it leaves out, and with a checksum file that lists the
 * SHA-256 of each file, so that Cargo refuses a crate that was changed by accident. Times are those of writing. An
 * archive is verified before anything is written, and the bytes that were verified are those that are unpacked.
 *
 * @returns false, with nothing written, where none of the archives can be used
 * @throws what the system says of a file that cannot be written
 */
export function writeCrate(crate: CrateToWrite): boolean {
  const written =
    crate.from.type === "tree"
      ? copyTree(crate.from.tree, crate.directory)
      : unpackArchive(crate, crate.from);
  if (written === undefined) return false;
  const text = checksumText({ files: Object.fromEntries(written.files), package: written.checksum });
  writeFileSync(`${crate.directory}/${checksumFile}`, text);
  return true;
}

type Written = {
  readonly files: readonly (readonly [path: string, digest: Digest])[];
  readonly checksum: string | null;
};

type Archive = Extract<CrateToWrite["from"], { type: "archive" }>;

function unpackArchive(
  { directory, umask }: CrateToWrite,
  { files, stem, checksum }: Archive,
): Written | undefined {
  const archive = verified(files, checksum);
  const entries = archive && readCrate(archive, stem);
  if (!entries?.ok) return undefined;
  const written: [string, Digest][] = [];
  const makeParent = parentMaker(directory);
  for (const [path, entry] of entries.value) {
    if (isLeftOut(path) || path === checksumFile) continue;
    makeParent(path);
    const to = `${directory}/${path}`;
    if (entry.type === "symlink") symlinkSync(entry.target, to);
    else {
      const mode = entry.executable ? 0o755 : 0o644;
      writeFileSync(to, entry.bytes, { mode });
      if ((mode & umask) !== 0) chmodSync(to, mode);
      written.push([path, digestOf(entry.bytes)]);
    }
  }
  return { files: written, checksum };
}

/** The content of the first file with the checksum; undefined where there is none, or what it holds is no gzip. */
function verified(files: readonly string[], checksum: string): Buffer | undefined {
  for (const file of files) {
    const bytes = bytesOf(file);
    if (bytes === undefined || digestOf(bytes) !== checksum) continue;
    try {
      return gunzipCrateSync(bytes);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

function bytesOf(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Copies a tree of the store, so that the copy may be edited without harm to the store. */
function copyTree(tree: string, directory: string): Written {
  const files: [string, Digest][] = [];
  const makeParent = parentMaker(directory);
  for (const { path, type } of walk(tree, { enters: (below) => !isLeftOutByVendoring(below) })) {
    if (isLeftOutByVendoring(path) || path === checksumFile) continue;
    if (type !== "file" && type !== "symlink") continue;
    makeParent(path);
    const [from, to] = [`${tree}/${path}`, `${directory}/${path}`];
    if (type === "symlink") symlinkSync(readlinkSync(from), to);
    else {
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
      files.push([path, digestOf(readFileSync(to))]);
    }
  }
  makeParent(checksumFile);
  return { files, checksum: readChecksums(tree)?.package ?? null };
}

/** Whether the file or a directory that it is in is left out. */
function isLeftOut(path: string): boolean {
  for (let below = path; below !== ""; below = parentOf(below)) if (isLeftOutByVendoring(below)) return true;
  return false;
}

/** Makes the directory of a file, for files only: `cargo vendor` writes no empty directories. */
function parentMaker(directory: string): (path: string) => void {
  const made = new Set<string>();
  return (path) => {
    const parent = parentOf(path);
    if (made.has(parent)) return;
    mkdirSync(`${directory}/${parent}`, { recursive: true });
    made.add(parent);
  };
}

function isQueue(data: unknown): data is CrateQueue {
  return isRecord(data) && Array.isArray(data.crates) && data.next instanceof Int32Array;
}

if (isQueue(workerData)) {
  const queue: CrateQueue = workerData;
  for (let index = takeCrate(queue); index !== undefined; index = takeCrate(queue)) {
    const crate = queue.crates[index];
    if (crate !== undefined && writeCrate(crate)) parentPort?.postMessage(index);
  }
}
