import { constants, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { breather, inParallel } from "../../base/concurrency.ts";
import { type Digest, digestAside, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { stopped } from "../progress.ts";
import type { Planned, TreePlan } from "./planTree.ts";

/** Bytes. From here on it pays to leave the copying to another thread. */
const large = 256 * 1024;
const largeAtOnce = 4;

/** What the files make up, for people, and who wants to know how far reading and copying them is. */
export type Circumstances = {
  readonly name: string;
  /** Stops reading and copying when aborted. */
  readonly signal?: AbortSignal;
  /** Told how far that is, in bytes. */
  readonly onProgress?: (what: "hash" | "copy", name: string, done: number, total: number) => void;
};

/**
 * The digest of the tree that a plan of the host's files describes. They are read, and nothing is written. Where all of
 * them are as they were when they were read last, the digest is known: most packages that are installed change none of
 * those of a compiler.
 *
 * Errors: `interrupted`.
 */
export async function digestPlanned(
  { records, digestOf: treeDigest }: Pick<Store, "records" | "digestOf">,
  plan: TreePlan,
  circumstances: Circumstances,
): Promise<Result<Digest>> {
  const seen = seenIn(plan);
  const known = seen && records.get("planned-tree", seen);
  if (known) return ok(known);
  const files = await ofEach(plan, circumstances, "hash", {
    link: ([path, { target }]) => ({ type: "symlink", path, target }),
    small: ([path, { from, mode }]) => file(path, mode, digestOf(readFileSync(from))),
    large: async ([path, { from, mode }]) => file(path, mode, await digestAside(await readFile(from))),
  });
  if (!files.ok) return files;
  const tree = treeDigest(files.value);
  if (seen && seenIn(plan) === seen) records.set("planned-tree", seen, tree);
  return ok(tree);
}

/**
 * The digest of what is planned and of how its files look: size, mode, inode and times. Undefined where one changed within
 * the last two seconds, or is gone: within a tick of the file system's clock it may change again and look the same.
 */
function seenIn(plan: TreePlan): Digest | undefined {
  const settled = BigInt(Date.now() - 2000) * 1_000_000n;
  const lines: string[] = [];
  for (const [path, planned] of plan) {
    if (planned.type === "link") lines.push(path, "link", planned.target);
    else {
      const stats = lstatSync(planned.from, { bigint: true, throwIfNoEntry: false });
      if (!stats || stats.ctimeNs > settled) return undefined;
      const { size, mode, ino, mtimeNs, ctimeNs } = stats;
      lines.push(path, "file", planned.from, [size, mode, ino, mtimeNs, ctimeNs].join(" "));
    }
  }
  return digestOf(lines.join("\0"));
}

/**
 * Copies the host's files that a plan names into the store, and says what was copied: the bytes that were written, and not
 * what the originals have by now, which an upgrade may be replacing at the moment. Copies and never links: the store changes
 * the times and permissions of what it takes over.
 *
 * Errors: `interrupted`.
 */
export async function copyPlanned(
  store: Store,
  plan: TreePlan,
  circumstances: Circumstances,
): Promise<Result<Digest>> {
  await using scratch = await store.tempDir("native");
  const directory = `${scratch.path}/usr`;
  const parents = new Set([...plan.keys()].map((path) => posix.dirname(path)));
  for (const parent of parents) mkdirSync(`${directory}/${parent}`, { recursive: true });
  const files = await ofEach(plan, circumstances, "copy", {
    link([path, { target }]) {
      symlinkSync(target, `${directory}/${path}`);
      return { type: "symlink", path, target };
    },
    small([path, { from, mode }]) {
      const bytes = readFileSync(from);
      writeFileSync(`${directory}/${path}`, bytes);
      return file(path, mode, digestOf(bytes));
    },
    // By other threads, and without copying at all where the file system can share blocks.
    async large([path, { from, mode }]) {
      const to = `${directory}/${path}`;
      await copyFile(from, to, constants.COPYFILE_FICLONE);
      // A copy of `sudo` must not keep its powers while it is being read, nor may it be unreadable to its owner.
      await chmod(to, 0o644);
      return file(path, mode, await digestAside(await readFile(to)));
    },
  });
  // Awaited here, since the scratch directory goes when this function returns.
  return files.ok ? ok(await store.addTree(directory, files.value)) : files;
}

type Entry<Type extends Planned["type"]> = readonly [path: string, Extract<Planned, { type: Type }>];

type Work = {
  link(entry: Entry<"link">): TreeFile;
  small(entry: Entry<"file">): TreeFile;
  large(entry: Entry<"file">): Promise<TreeFile>;
};

/** Does the work on what is planned: large files by several threads, meanwhile the others one by one. */
async function ofEach(
  plan: TreePlan,
  { name, signal, onProgress }: Circumstances,
  what: "hash" | "copy",
  work: Work,
): Promise<Result<TreeFile[]>> {
  const total = [...plan.values()].reduce((sum, planned) => sum + sizeOf(planned), 0);
  let done = 0;
  const advance = (bytes: number): void => {
    done += bytes;
    onProgress?.(what, name, done, total);
  };
  advance(0);
  const files: TreeFile[] = [];
  const largeFiles: Entry<"file">[] = [];
  const others: (() => void)[] = [];
  for (const [path, planned] of plan) {
    if (planned.type === "link") others.push(() => files.push(work.link([path, planned])));
    else if (planned.size > large) largeFiles.push([path, planned]);
    else
      others.push(() => {
        files.push(work.small([path, planned]));
        advance(planned.size);
      });
  }
  const ofLarge = inParallel(largeFiles, largeAtOnce, async (entry) => {
    if (signal?.aborted) return;
    files.push(await work.large(entry));
    advance(entry[1].size);
  });
  const ofOthers = async () => {
    const pause = breather();
    for (const one of others) {
      if (signal?.aborted) return;
      one();
      await pause();
    }
  };
  await Promise.all([ofLarge, ofOthers()]);
  return signal?.aborted ? err(stopped()) : ok(files);
}

function sizeOf(planned: Planned): number {
  return planned.type === "file" ? planned.size : 0;
}

function file(path: string, mode: number, digest: Digest): TreeFile {
  return { type: "file", path, digest, executable: (mode & 0o111) !== 0 };
}
