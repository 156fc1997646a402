import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  futimesSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { parentPort, type Worker, workerData } from "node:worker_threads";
import { inParallel } from "../base/concurrency.ts";
import { type Digest, digester, digestOf } from "../base/digest.ts";
import { parentOf } from "../base/paths.ts";
import { type Asked, ask, problemOf, type ThreadProblem, threadsOf, thrownOf } from "../tree/threads.ts";
import type { CopiedItem, Store, TempDir, TreeContents, TreeItem } from "./store.ts";
import { type TreeFile, treeDigest } from "./treeDigest.ts";
import {
  blobOf,
  constantTime,
  directoriesBelow,
  type File,
  linkBlob,
  nameBlob,
  renameInto,
  replaceByBlob,
  settleDirectories,
  settleFile,
  type Trees,
} from "./trees.ts";

/**
 * Trees that are written by other threads: what is unpacked, and what is copied of the host. Creating files is most of that work,
 * and the thread that has everything else to do would do nothing else meanwhile.
 */
export type TreeWriter = Pick<Store, "write" | "copy">;

/** What this much weighs is written before threads have started: bytes, and for each file as many as could be written instead. */
const [little, weightOfFile] = [8 * 1024 * 1024, 16 * 1024];

/** Bytes that one thread copies at once, more or less. */
const partSize = 4 * 1024 * 1024;

export function treeWriter(trees: Trees, tempDir: (purpose: string) => TempDir): TreeWriter {
  const { root } = trees;
  let left = little;
  const run = async (job: TreeJob, weight: number): Promise<Exclude<TreeAnswer, { problem: unknown }>> => {
    left -= weight;
    const answer = left >= 0 ? writeTree(job) : await byThread(job);
    if ("problem" in answer) throw thrownOf(answer.problem);
    return answer;
  };
  const take = (directory: string, digest: Digest): void => {
    // Said before one looks: see `Trees`.
    trees.claim(digest);
    const place = `${root}/trees/${digest}`;
    if (!existsSync(place)) renameInto(directory, place);
  };
  const shared = sharedScratch(tempDir);
  return {
    async write(contents, expected) {
      await using scratch = shared();
      const { directory, aside } = scratch.names();
      const bytes = contents.buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
      const { files, digest = treeDigest(files) } = await run(
        { root, directory, aside, contents, expected },
        bytes + weightOfFile * contents.items.length,
      );
      if (expected === undefined || digest === expected) take(directory, digest);
      return { digest, files };
    },
    async copy(items, { signal, onCopied }) {
      await using scratch = tempDir("copy");
      const directory = `${scratch.path}/tree`;
      mkdirSync(directory);
      const files: TreeFile[] = [];
      const thrown: unknown[] = [];
      await inParallel(partsToCopy(items), 4, async ({ copies, bytes }, index) => {
        if (signal?.aborted || thrown.length > 0) return;
        const job = { root, directory, aside: `${scratch.path}/link-${index}`, copies };
        // Whoever fails waits until the others have left the directory.
        const copied = await run(job, bytes + weightOfFile * copies.length).catch((problem: unknown) => {
          thrown.push(problem);
          return { files: [] };
        });
        files.push(...copied.files);
        onCopied(bytes);
      });
      if (thrown.length > 0) throw thrown[0];
      if (signal?.aborted) return undefined;
      settleDirectories(
        ["", ...directoriesAbove(items)].map((path) => `${directory}/${path}`),
        true,
      );
      const digest = treeDigest(files);
      take(directory, digest);
      return digest;
    },
  };
}

/** One scratch directory for all who need one at the same time: each takes names in it. */
function sharedScratch(tempDir: (purpose: string) => TempDir) {
  let current: { readonly directory: TempDir; users: number } | undefined;
  let count = 0;
  return () => {
    current ??= { directory: tempDir("write"), users: 0 };
    const mine = current;
    mine.users += 1;
    return {
      names() {
        count += 1;
        const { path } = mine.directory;
        return { directory: `${path}/tree-${count}`, aside: `${path}/link-${count}` };
      },
      async [Symbol.asyncDispose]() {
        mine.users -= 1;
        if (mine.users > 0) return;
        if (current === mine) current = undefined;
        await mine.directory[Symbol.asyncDispose]();
      },
    };
  };
}

type PartToCopy = { readonly copies: CopiedItem[]; bytes: number };

/** What is large comes first, so that no thread is left alone with it. */
function partsToCopy(items: readonly CopiedItem[]): readonly PartToCopy[] {
  const sizeOf = (item: CopiedItem) => (item.type === "file" ? item.size : 0);
  const parts: PartToCopy[] = [];
  for (const item of [...items].sort((a, b) => sizeOf(b) - sizeOf(a))) {
    let part = parts.at(-1);
    if (!part || part.bytes + weightOfFile * part.copies.length > partSize) {
      part = { copies: [], bytes: 0 };
      parts.push(part);
    }
    part.copies.push(item);
    part.bytes += sizeOf(item);
  }
  return parts;
}

function directoriesAbove(items: readonly CopiedItem[]): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const { path } of items)
    for (let above = parentOf(path); above !== "" && !directories.has(above); above = parentOf(above))
      directories.add(above);
  return directories;
}

/** How many jobs each thread has. */
const busy = new Map<Worker, number>();

async function byThread(job: TreeJob): Promise<TreeAnswer> {
  const load = (thread: Worker) => busy.get(thread) ?? 0;
  const [thread] = [...threads()].sort((one, other) => load(one) - load(other));
  let answer: TreeAnswer | undefined;
  if (thread) {
    busy.set(thread, load(thread) + 1);
    try {
      const { sent, transfer } = withOwnBuffers(job);
      await ask<TreeAnswer>(thread, sent, {
        transfer,
        onSaid(said) {
          answer = said;
        },
      });
    } finally {
      busy.set(thread, load(thread) - 1);
    }
  }
  if (!answer) throw new Error("a thread that writes trees has ended");
  return answer;
}

/** The buffers that the thread gets instead of copies: not those in which others' bytes may lie, too. */
function withOwnBuffers(job: TreeJob): { readonly sent: TreeJob; readonly transfer: readonly ArrayBuffer[] } {
  if (!("contents" in job)) return { sent: job, transfer: [] };
  const { items, buffers } = job.contents;
  const isOwn = ({ byteLength, buffer }: Uint8Array) =>
    byteLength >= 64 * 1024 && 2 * byteLength >= buffer.byteLength;
  const own = buffers.map((each) => (isOwn(each) ? each : new Uint8Array(each)));
  const transfer = [...new Set(own.map(({ buffer }) => buffer))];
  return { sent: { ...job, contents: { items, buffers: own } }, transfer };
}

/** What a thread is asked to write. */
type TreeJob = {
  /** Of the store. */
  readonly root: string;
  /** Of a `tempDir` of the store. */
  readonly directory: string;
  /** Free, beside it: no other job has that name. */
  readonly aside: string;
} & (
  | {
      readonly contents: TreeContents;
      /** The tree that they have to be; where they are another, nothing is written. */
      readonly expected: Digest | undefined;
    }
  /** A part of a tree, whose directories others may write to, too. */
  | { readonly copies: readonly CopiedItem[] }
);

type TreeAnswer =
  /** The digest is that of a whole tree. */
  { readonly files: readonly TreeFile[]; readonly digest?: Digest } | { readonly problem: ThreadProblem };

/** What says to a thread that runs this file what it is for. */
const treeThread = "gantry writes trees";

/** Beyond four they wait for the disk. */
const threads = threadsOf({
  ...{ directory: import.meta.dirname, name: "writeTree" },
  ...{ purpose: treeThread, most: 4 },
});

/** Writes files as trees of the store have them: links to blobs, which are made where they are not there. */
function writeTree(job: TreeJob): TreeAnswer {
  const { made, makeDirectory } = directoriesBelow(job.directory);
  const current = { path: job.directory };
  try {
    if ("copies" in job) {
      const files = job.copies.map((item) => {
        current.path = `${job.directory}/${item.path}`;
        makeDirectory(parentOf(item.path));
        return copied(job, item);
      });
      return { files };
    }
    const { contents, expected } = job;
    const files = contents.items.map((item) => described(item, contents));
    const digest = treeDigest(files);
    if (expected !== undefined && digest !== expected) return { files, digest };
    makeDirectory("");
    for (const [index, file] of files.entries()) {
      current.path = `${job.directory}/${file.path}`;
      makeDirectory(file.type === "directory" ? file.path : parentOf(file.path));
      const item = contents.items[index];
      if (file.type === "symlink") putLink(current.path, file.target);
      if (file.type === "file" && item?.type === "file") putBytes(job, file, partsOf(item, contents));
    }
    settleDirectories(made(), true);
    return { files, digest };
  } catch (thrown) {
    return { problem: problemOf(thrown, current.path) };
  }
}

type FileItem = Extract<TreeItem, { type: "file" }>;

function described(item: TreeItem, contents: TreeContents): TreeFile {
  if (item.type !== "file") return item;
  const { path, executable } = item;
  const [only = new Uint8Array(), ...more] = partsOf(item, contents);
  if (more.length === 0) return { type: "file", path, digest: digestOf(only), executable };
  const hash = digester();
  for (const part of [only, ...more]) hash.update(part);
  return { type: "file", path, digest: hash.finish(), executable };
}

function partsOf({ parts }: FileItem, { buffers }: TreeContents): Uint8Array[] {
  return parts.flatMap(([index, from, length]) => buffers[index]?.subarray(from, from + length) ?? []);
}

function putLink(path: string, target: string): void {
  symlinkSync(target, path);
  lutimesSync(path, constantTime, constantTime);
}

/** Puts a file of a tree at its path, at which nothing is. It has its mode and its time before it has the name of a blob. */
function putBytes({ root, directory, aside }: TreeJob, file: File, parts: readonly Uint8Array[]): void {
  const path = `${directory}/${file.path}`;
  // Most are new, and an exception for each would take longer than a look.
  const link = existsSync(blobOf(root, file)) ? linkBlob({ root }, file, path) : "absent";
  if (link === "made") return;
  const descriptor = openSync(path, "wx");
  try {
    for (const part of parts)
      for (let done = 0; done < part.length; ) done += writeSync(descriptor, part, done);
    fchmodSync(descriptor, file.executable ? 0o755 : 0o644);
    futimesSync(descriptor, constantTime, constantTime);
  } finally {
    closeSync(descriptor);
  }
  if (link === "absent") nameBlob({ root }, file, { path, aside });
}

/** Bytes. From here on a copy may share blocks with the original, where the file system can. */
const large = 256 * 1024;

/** Says what was copied: the bytes that were written, and not what the original has by now. */
function copied(job: TreeJob, item: CopiedItem): TreeFile {
  const { path } = item;
  const to = `${job.directory}/${path}`;
  if (item.type === "symlink") {
    putLink(to, item.target);
    return item;
  }
  const { from, size, executable } = item;
  if (size <= large) {
    const bytes = readFileSync(from);
    const file = { type: "file", path, digest: digestOf(bytes), executable } as const;
    putBytes(job, file, [bytes]);
    return file;
  }
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  // A copy of `sudo` must not keep its powers while it is being read, nor may it be unreadable to its owner.
  chmodSync(to, 0o644);
  const file = { type: "file", path, digest: digestOf(readFileSync(to)), executable } as const;
  const place = { path: to, aside: job.aside };
  if (replaceByBlob(job, file, place) !== "made") settleFile(job, file, place);
  return file;
}

if (workerData === treeThread)
  parentPort?.on("message", ({ port, ...job }: TreeJob & Asked) => {
    port.postMessage(writeTree(job));
    port.close();
  });
