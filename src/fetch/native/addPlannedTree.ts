import { constants, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { chmod, copyFile, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { breather, inParallel } from "../../base/concurrency.ts";
import { type Digest, digestAside, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { stopped } from "../progress.ts";
import type { Planned, TreePlan } from "./planTree.ts";
import type { NativeContext } from "./provider.ts";

/** Bytes. From here on it pays to leave the copying to another thread. */
const large = 256 * 1024;
const largeAtOnce = 4;

type Circumstances = Pick<NativeContext, "signal" | "onProgress"> & {
  /** What the files make up, for people. */
  readonly name: string;
};

/**
 * Copies the host's files that a plan names into the store. Copies and never links: the store changes the
 * times and permissions of what it takes over. Where all of them are as they were when they were copied last, the tree is
 * known: most packages that are installed change none of those of a compiler.
 *
 * Errors: `interrupted`.
 */
export async function addPlannedTree(
  store: Store,
  plan: TreePlan,
  circumstances: Circumstances,
): Promise<Result<Digest>> {
  const seen = seenIn(plan);
  const known = seen && store.records.get("planned-tree", seen);
  if (known) return ok(known);
  const tree = await copyPlanned(store, plan, circumstances);
  if (tree.ok && seen && seenIn(plan) === seen) store.records.set("planned-tree", seen, tree.value);
  return tree;
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

async function copyPlanned(
  store: Store,
  plan: TreePlan,
  { name, signal, onProgress }: Circumstances,
): Promise<Result<Digest>> {
  await using scratch = await store.tempDir("native");
  const directory = `${scratch.path}/usr`;
  const parents = new Set([...plan.keys()].map((path) => posix.dirname(path)));
  for (const parent of parents) mkdirSync(`${directory}/${parent}`, { recursive: true });
  const total = [...plan.values()].reduce((sum, planned) => sum + sizeOf(planned), 0);
  let done = 0;
  const advance = (bytes: number): void => {
    done += bytes;
    onProgress?.(name, done, total);
  };
  advance(0);
  const files: TreeFile[] = [];
  const isLarge = ([, planned]: readonly [string, Planned]) => sizeOf(planned) > large;
  const copyLarge = inParallel([...plan].filter(isLarge), largeAtOnce, async ([path, planned]) => {
    if (planned.type === "link" || signal?.aborted) return;
    files.push({ type: "file", path, ...(await copyDigestedAside(planned, `${directory}/${path}`)) });
    advance(planned.size);
  });
  const copySmall = async () => {
    const pause = breather();
    for (const [path, planned] of [...plan].filter((each) => !isLarge(each))) {
      if (signal?.aborted) return;
      files.push(put(planned, directory, path));
      if (planned.type === "file") advance(planned.size);
      await pause();
    }
  };
  await Promise.all([copyLarge, copySmall()]);
  if (signal?.aborted) return err(stopped());
  // Awaited here, since the scratch directory goes when this function returns.
  return ok(await store.addTree(directory, files));
}

function put(planned: Planned, directory: string, path: string): TreeFile {
  const to = `${directory}/${path}`;
  if (planned.type === "file") return { type: "file", path, ...copyDigested(planned, to) };
  symlinkSync(planned.target, to);
  return { type: "symlink", path, target: planned.target };
}

function sizeOf(planned: Planned): number {
  return planned.type === "file" ? planned.size : 0;
}

type Original = Extract<Planned, { type: "file" }>;
type Copied = { readonly digest: Digest; readonly executable: boolean };

/**
 * Copies a small file and says what was copied: the bytes that were written, and not what the original has by now,
 * which an upgrade may be replacing at the moment.
 */
function copyDigested({ from, mode }: Original, to: string): Copied {
  const bytes = readFileSync(from);
  writeFileSync(to, bytes);
  return { digest: digestOf(bytes), executable: isExecutable(mode) };
}

/** The same for a large one, by other threads, and without copying at all where the file system can share blocks. */
async function copyDigestedAside({ from, mode }: Original, to: string): Promise<Copied> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // A copy of `sudo` must not keep its powers while it is being read, nor may it be unreadable to its owner.
  await chmod(to, 0o644);
  return { digest: await digestAside(await readFile(to)), executable: isExecutable(mode) };
}

function isExecutable(mode: number): boolean {
  return (mode & 0o111) !== 0;
}
