import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, unlinkSync } from "node:fs";
import { breather } from "../base/concurrency.ts";
import { byCodeUnit, type Digest } from "../base/digest.ts";
import { walk } from "../tree/walk.ts";
import {
  changeRecords,
  compactIndex,
  heldTrees,
  isRoot,
  type LinkedFiles,
  linkedFiles,
  type Pause,
  type StoredRecord,
  storedBlobs,
  storedTrees,
} from "./contents.ts";
import { dayOf, openIndex } from "./index.ts";
import { type Claim, claimStore, oldestClaim, removeAll, removeLocks, tempDir } from "./locks.ts";

type GarbageOptions = {
  /** Records that were not used for more days than these go; absent: age does not matter. */
  readonly keepDays?: number;
  /** How much the trees may take together, in bytes; absent: size does not matter. */
  readonly maxBytes?: number;
  /** Find out, and remove nothing. */
  readonly dryRun: boolean;
  /** Seconds after the epoch. Default: now. */
  readonly now?: number;
  /** Once it is aborted, nothing more is removed. */
  readonly signal?: AbortSignal;
};

/** What was removed, or would be. */
export type Garbage = {
  readonly records: number;
  readonly trees: number;
  readonly logs: number;
  /** What that frees on the disk. */
  readonly bytes: number;
  readonly keptTrees: number;
  /** With a limit of size: how much is kept in spite of it, since it may be in use or a link holds it. */
  readonly heldBytes?: number;
};

/**
 * Removes from the store at `root` the records that were not used lately, then the trees that no record, no link
 * of a build and no shell names, then files and logs that nothing refers to.
 *
 * Safe beside builds, which never wait for it long. Whoever looks for a tree first records its use; here the records
 * are read and the trees moved away in one transaction. So a build either comes before it, and its trees are kept,
 * or after it, and finds them missing and makes them. What a build has used since it opened the store is not
 * touched at all, whatever the options say.
 *
 * @throws the reason of the signal, once it is aborted
 */
export async function collectGarbage(root: string, options: GarbageOptions): Promise<Garbage> {
  const { dryRun, signal } = options;
  const pause = breather(signal);
  using claim = claimStore(root);
  using index = openIndex(root);
  await using aside = tempDir(root, claim, "gc");
  const sizes = options.maxBytes === undefined ? undefined : await treeSizes(root, pause);
  const plan = changeRecords(index, (records, drop) => {
    const planned = planOf(records, { root, claim, options, sizes });
    if (dryRun) return planned;
    for (const tree of planned.dead) moveAside(`${root}/trees/${tree}`, `${aside.path}/${tree}`);
    drop(planned.dropped);
    return planned;
  });
  const places = plan.dead.map((tree) => `${dryRun ? `${root}/trees` : aside.path}/${tree}`);
  const dead = await linkedFiles(places, pause);
  if (!dryRun) {
    for (const place of places) {
      await removeAll(place);
      signal?.throwIfAborted();
    }
  }
  const bytes = await sweepBlobs(root, dead, { dryRun, pause });
  const logs = await sweepLogs(root, { kept: plan.kept, before: plan.inUseSince, dryRun, pause });
  const downloads =
    sweepDownloads(root, plan.inUseSince, dryRun) + sweepCommits(root, plan.inUseSince, dryRun);
  if (!dryRun) {
    compactIndex(index);
    removeLocks(root);
  }
  return {
    records: plan.dropped.length,
    trees: plan.dead.length,
    logs: logs.count,
    bytes: bytes + logs.bytes + downloads,
    keptTrees: plan.there - plan.dead.length,
    ...(plan.heldBytes !== undefined && { heldBytes: plan.heldBytes }),
  };
}

type Plan = {
  /** How many trees the store has. */
  readonly there: number;
  readonly kept: readonly StoredRecord[];
  readonly dropped: readonly StoredRecord[];
  /** Trees that no record that is kept names, no link and no shell. */
  readonly dead: readonly Digest[];
  /** In days after the epoch. */
  readonly inUseSince: number;
  /** Absent where size does not matter. */
  readonly heldBytes?: number;
};

type Planning = {
  readonly root: string;
  readonly claim: Claim;
  readonly options: GarbageOptions;
  /** Absent where size does not matter. */
  readonly sizes: TreeSizes | undefined;
};

function planOf(all: readonly StoredRecord[], { root, claim, options, sizes }: Planning): Plan {
  const { keepDays, maxBytes, now = Date.now() / 1000 } = options;
  const there = storedTrees(root);
  const records = all.map(
    (record): StoredRecord => ({ ...record, names: record.names.filter((tree) => there.has(tree)) }),
  );
  const roots = new Map(records.filter(isRoot).map((record) => [record, heldTrees(root, record)]));
  const linked = new Set([...roots.values()].flatMap((trees) => trees ?? []));
  const inUseSince = dayOf(Math.min(now, oldestClaim(root, claim) ?? now));
  const chosen = chooseRecords(
    records.filter((record) => !isRoot(record) && record.state !== "damaged"),
    {
      inUseSince,
      ...(keepDays !== undefined && { keepSince: dayOf(now) - keepDays }),
      ...(maxBytes !== undefined && { maxBytes }),
      linked,
      bytesOf: addedBytes(sizes ?? new Map(), root),
    },
  );
  const isKept = (record: StoredRecord) =>
    isRoot(record) ? roots.get(record) !== undefined : chosen.has(record);
  const kept = records.filter(isKept);
  const used = records.filter((record) => record.used >= inUseSince && !isRoot(record));
  const held = new Set([...linked, ...used.flatMap(({ names }) => names)]);
  const bytesOf = addedBytes(sizes ?? new Map(), root);
  const live = new Set([...linked, ...kept.flatMap(({ names }) => names)]);
  return {
    there: there.size,
    kept,
    dropped: records.filter((record) => !isKept(record)),
    dead: [...there].filter((tree) => !live.has(tree)),
    inUseSince,
    ...(sizes && { heldBytes: [...held].reduce((sum, tree) => sum + bytesOf(tree), 0) }),
  };
}

/** By rename, so that a tree is there as a whole or not at all. */
function moveAside(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (thrown) {
    const gone = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    if (!gone) throw thrown;
    mkdirSync(to);
  }
}

/** What is kept whatever its age, and what beyond that. Days count from the epoch. */
export type Retention = {
  /** What was used on this day or later may be in use now. */
  readonly inUseSince: number;
  /** What was used before this day goes; absent: age does not matter. */
  readonly keepSince?: number;
  /** How much the trees may take together; absent: size does not matter. */
  readonly maxBytes?: number;
  /** Trees that links outside the store point to, or that shells use. */
  readonly linked: ReadonlySet<Digest>;
  /** How much room a tree needs beside those that were asked for before it. */
  readonly bytesOf: (tree: Digest) => number;
};

/**
 * The records that garbage collection keeps. With a limit of size the most recently used come first, and after the
 * first that does not fit there is no other one, however small: what is kept is then no patchwork.
 */
export function chooseRecords<Each extends Used>(records: readonly Each[], retention: Retention): Set<Each> {
  const { inUseSince, keepSince = 0, maxBytes = Number.POSITIVE_INFINITY, linked, bytesOf } = retention;
  const isHeld = ({ used, names }: Used) => used >= inUseSince || names.some((tree) => linked.has(tree));
  const kept = new Set(records.filter(isHeld));
  const trees = new Set<Digest>(linked);
  let bytes = 0;
  if (Number.isFinite(maxBytes)) for (const tree of linked) bytes += bytesOf(tree);
  const add = (names: readonly Digest[]): boolean => {
    if (!Number.isFinite(maxBytes)) return true;
    for (const tree of names) {
      if (!trees.has(tree)) bytes += bytesOf(tree);
      trees.add(tree);
    }
    return bytes <= maxBytes;
  };
  for (const record of kept) add(record.names);
  const rest = records.filter((record) => !kept.has(record) && record.used >= keepSince).sort(lastUsedFirst);
  let fits = true;
  for (const record of rest) {
    if (record.names.length > 0) fits &&= add(record.names);
    if (fits || record.names.length === 0) kept.add(record);
  }
  return kept;
}

type Used = Pick<StoredRecord, "kind" | "key" | "used" | "names">;

function lastUsedFirst(a: Used, b: Used): number {
  return b.used - a.used || byCodeUnit(a.kind, b.kind) || byCodeUnit(a.key, b.key);
}

/**
 * Removes the blobs that no tree has a link to, and returns how many bytes that frees, together with the files of
 * the dead trees that were no blobs.
 *
 * A build may link to a blob at the moment at which it is removed: its file stays, and becomes the blob again when
 * its tree is added.
 *
 * @param dead the files of trees that were removed, or with `dryRun` would be
 */
async function sweepBlobs(
  root: string,
  dead: LinkedFiles,
  { dryRun, pause }: { readonly dryRun: boolean; readonly pause: Pause },
): Promise<number> {
  let bytes = 0;
  const alone = new Map(dead.files);
  for (const path of storedBlobs(root)) {
    await pause();
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!found) continue;
    const gone = dead.files.get(found.ino);
    alone.delete(found.ino);
    const links = Number(found.nlink) - (dryRun ? (gone?.seen ?? 0) : 0);
    if (links > 1) continue;
    bytes += Number(found.size);
    if (!dryRun) remove(path);
  }
  for (const { bytes: size, links, seen } of alone.values()) if (links === seen) bytes += size;
  return bytes;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    const gone = thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
    if (!gone) throw thrown;
  }
}

type Sweep = {
  /** The records that stay; a log stays with the record of its step. */
  readonly kept: readonly StoredRecord[];
  /** Younger logs stay too: a step that runs for the first time has no record yet. In days after the epoch. */
  readonly before: number;
  readonly dryRun: boolean;
  readonly pause: Pause;
};

/** Removes the logs of steps that nothing is known of any more; says how many and how large they were. */
async function sweepLogs(
  root: string,
  { kept, before, dryRun, pause }: Sweep,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const keys = new Set<string>(kept.flatMap((record) => record.logs));
  let [count, bytes] = [0, 0];
  for (const { path: below, name, type } of walk(`${root}/logs`)) {
    await pause();
    const path = `${root}/logs/${below}`;
    if (type !== "file" || keys.has(name.replace(/\.(?:log|messages|junit)$/, ""))) continue;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || dayOf(found.mtimeMs / 1000) >= before) continue;
    count += 1;
    bytes += found.size;
    if (!dryRun) rmSync(path, { force: true });
  }
  return { count, bytes };
}

/** Removes what was downloaded in part, and not gone on with since that day; says how many bytes it had. */
function sweepDownloads(root: string, before: number, dryRun: boolean): number {
  let bytes = 0;
  for (const { path: below } of walk(`${root}/downloads`, { throwIfNoEntry: false })) {
    const path = `${root}/downloads/${below}`;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || dayOf(found.mtimeMs / 1000) >= before) continue;
    bytes += found.size;
    if (!dryRun) rmSync(path, { recursive: true, force: true });
  }
  return bytes;
}

/**
 * Removes what commits were checked out to for hooks to look at, where none was since that day; says how many bytes that were. The
 * next commit there makes it anew.
 */
function sweepCommits(root: string, before: number, dryRun: boolean): number {
  let bytes = 0;
  for (const name of existsSync(`${root}/commits`) ? readdirSync(`${root}/commits`) : []) {
    const place = `${root}/commits/${name}`;
    const used = lstatSync(`${place}/used`, { throwIfNoEntry: false });
    if (used && dayOf(used.mtimeMs / 1000) >= before) continue;
    for (const size of fileSizes(place).values()) bytes += size;
    if (!dryRun) rmSync(place, { recursive: true, force: true });
  }
  return bytes;
}

/** How large the files of each tree are, by inode. */
type TreeSizes = Map<Digest, ReadonlyMap<bigint, number>>;

/** Looks at every file of the store: not something to do while builds wait for the index. */
async function treeSizes(root: string, pause: Pause): Promise<TreeSizes> {
  const sizes: TreeSizes = new Map();
  for (const tree of storedTrees(root)) {
    await pause();
    sizes.set(tree, fileSizes(`${root}/trees/${tree}`));
  }
  return sizes;
}

function fileSizes(directory: string): ReadonlyMap<bigint, number> {
  const sizes = new Map<bigint, number>();
  for (const { path, type } of walk(directory, { throwIfNoEntry: false })) {
    if (type !== "file") continue;
    const found = lstatSync(`${directory}/${path}`, { throwIfNoEntry: false, bigint: true });
    if (found) sizes.set(found.ino, Number(found.size));
  }
  return sizes;
}

/** Tells how many bytes a tree adds to those that were asked for before it: a file in two trees counts once. */
function addedBytes(sizes: TreeSizes, root: string): (tree: Digest) => number {
  const counted = new Set<bigint>();
  return (tree) => {
    let bytes = 0;
    // A tree that came since is looked at now.
    for (const [inode, size] of sizes.get(tree) ?? fileSizes(`${root}/trees/${tree}`)) {
      if (!counted.has(inode)) bytes += size;
      counted.add(inode);
    }
    return bytes;
  };
}
