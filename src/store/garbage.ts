import { lstatSync, mkdirSync, renameSync, rmSync, unlinkSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { byCodeUnit } from "../base/canonical.ts";
import type { Digest } from "../base/digest.ts";
import { walk } from "../tree/walk.ts";
import { type LinkedFiles, linkedFiles, storedBlobs, storedTrees } from "./contents.ts";
import { dayOf, openDatabase, recordOf, type StoreRecord } from "./index.ts";
import { oldestClaim, removeAll, tempDir } from "./locks.ts";
import { isRoot, rootedTree } from "./roots.ts";

type GarbageOptions = {
  /** Records that were not used for more days than these go; absent: age does not matter. */
  readonly keepDays?: number;
  /** How much the trees may take together, in bytes; absent: size does not matter. */
  readonly maxBytes?: number;
  /** Find out, and remove nothing. */
  readonly dryRun: boolean;
  /** Seconds after the epoch. Default: now. */
  readonly now?: number;
};

/** What was removed, or would be. */
export type Garbage = {
  readonly records: number;
  readonly trees: number;
  readonly logs: number;
  /** What that frees on the disk. */
  readonly bytes: number;
  readonly keptTrees: number;
};

/**
 * Removes from the store at `root` the records that were not used lately, then the trees that no record and no link
 * of a build names, then files and logs that nothing refers to.
 *
 * Safe beside builds, which never wait for it long. Whoever looks for a tree first records its use; here the records
 * are read and the trees moved away in one transaction. So a build either comes before it, and its trees are kept,
 * or after it, and finds them missing and makes them. What a build has used since it opened the store is not
 * touched at all, whatever the options say.
 */
export async function collectGarbage(root: string, options: GarbageOptions): Promise<Garbage> {
  const now = options.now ?? Date.now() / 1000;
  const database = openDatabase(`${root}/index.sqlite`);
  try {
    await using aside = tempDir(`${root}/tmp`, "gc");
    database.exec("BEGIN IMMEDIATE");
    const plan = planOf(database, root, { ...options, now });
    if (!options.dryRun)
      for (const tree of plan.dead) moveAside(`${root}/trees/${tree}`, `${aside.path}/${tree}`);
    if (!options.dryRun) dropRecords(database, plan.dropped);
    database.exec("COMMIT");
    const from = options.dryRun ? `${root}/trees` : aside.path;
    const dead = linkedFiles(plan.dead.map((tree) => `${from}/${tree}`));
    if (!options.dryRun) await removeAll(aside.path);
    const bytes = sweepBlobs(root, dead, options.dryRun);
    const logs = sweepLogs(root, { kept: plan.kept, before: plan.inUseSince, dryRun: options.dryRun });
    if (!options.dryRun) compact(database);
    return {
      records: plan.dropped.length,
      trees: plan.dead.length,
      logs: logs.count,
      bytes: bytes + logs.bytes,
      keptTrees: plan.there - plan.dead.length,
    };
  } finally {
    database.close();
  }
}

function planOf(database: DatabaseSync, root: string, options: GarbageOptions & { readonly now: number }) {
  const there = storedTrees(root);
  const rows = database.prepare("SELECT kind, key, value, used FROM memo").iterate();
  const records = Array.from(rows, (row) => recordOf(row, there));
  const rooted = new Set<Digest>(records.flatMap((record) => rootedTree(root, record) ?? []));
  const inUseSince = dayOf(Math.min(options.now, oldestClaim(root) ?? options.now));
  const chosen = chooseRecords(
    records.filter((record) => !isRoot(record)),
    {
      inUseSince,
      ...(options.keepDays !== undefined && { keepSince: dayOf(options.now) - options.keepDays }),
      ...(options.maxBytes !== undefined && { maxBytes: options.maxBytes }),
      rooted,
      bytesOf: treeSizes(`${root}/trees`),
    },
  );
  const isKept = (record: StoreRecord) =>
    isRoot(record) ? rootedTree(root, record) !== undefined : chosen.has(record);
  const kept = records.filter(isKept);
  const live = new Set([...rooted, ...kept.flatMap((record) => record.names)]);
  return {
    there: there.size,
    kept,
    dropped: records.filter((record) => !isKept(record)),
    dead: [...there].filter((tree) => !live.has(tree)),
    inUseSince,
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

function dropRecords(database: DatabaseSync, dropped: readonly StoreRecord[]): void {
  const drop = database.prepare("DELETE FROM memo WHERE kind = ? AND key = ?");
  for (const { kind, key } of dropped) drop.run(kind, key);
}

/** Gives room in the index back where much of it is free; a build that is writing goes first. */
function compact(database: DatabaseSync): void {
  const pages = Number(database.prepare("PRAGMA page_count").get()?.page_count);
  const free = Number(database.prepare("PRAGMA freelist_count").get()?.freelist_count);
  if (free * 4 < pages) return;
  try {
    database.exec("VACUUM");
  } catch {}
}

/** What is kept whatever its age, and what beyond that. Days count from the epoch. */
export type Retention = {
  /** What was used on this day or later may be in use now. */
  readonly inUseSince: number;
  /** What was used before this day goes; absent: age does not matter. */
  readonly keepSince?: number;
  /** How much the trees may take together; absent: size does not matter. */
  readonly maxBytes?: number;
  /** Trees that links outside the store point to. */
  readonly rooted: ReadonlySet<Digest>;
  /** How much room a tree needs beside those that were asked for before it. */
  readonly bytesOf: (tree: Digest) => number;
};

/**
 * The records that garbage collection keeps. With a limit of size the most recently used come first, and after the
 * first that does not fit there is no other one, however small: what is kept is then no patchwork.
 */
export function chooseRecords(records: readonly StoreRecord[], retention: Retention): Set<StoreRecord> {
  const { inUseSince, keepSince = 0, maxBytes = Number.POSITIVE_INFINITY, rooted, bytesOf } = retention;
  const isHeld = ({ used, names }: StoreRecord) =>
    used >= inUseSince || names.some((tree) => rooted.has(tree));
  const kept = new Set(records.filter(isHeld));
  const trees = new Set<Digest>(rooted);
  let bytes = 0;
  if (Number.isFinite(maxBytes)) for (const tree of rooted) bytes += bytesOf(tree);
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

function lastUsedFirst(a: StoreRecord, b: StoreRecord): number {
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
function sweepBlobs(root: string, dead: LinkedFiles, dryRun: boolean): number {
  let bytes = 0;
  const alone = new Map(dead.files);
  for (const path of storedBlobs(root)) {
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
  readonly kept: readonly StoreRecord[];
  /** Younger logs stay too: a step that runs for the first time has no record yet. In days after the epoch. */
  readonly before: number;
  readonly dryRun: boolean;
};

/** Removes the logs of steps that nothing is known of any more; says how many and how large they were. */
function sweepLogs(
  root: string,
  { kept, before, dryRun }: Sweep,
): { readonly count: number; readonly bytes: number } {
  const steps = kept.filter(({ kind }) => kind === "result" || kind === "last-step");
  const keys = new Set(steps.flatMap(({ key, digests }) => [key, ...digests]));
  let [count, bytes] = [0, 0];
  for (const { path: below, name, type } of walk(`${root}/logs`)) {
    const path = `${root}/logs/${below}`;
    if (type !== "file" || keys.has(name.replace(/\.log$/, ""))) continue;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found || dayOf(found.mtimeMs / 1000) >= before) continue;
    count += 1;
    bytes += found.size;
    if (!dryRun) rmSync(path, { force: true });
  }
  return { count, bytes };
}

/** Tells how many bytes a tree adds to those that were asked for before it: a file in two trees counts once. */
function treeSizes(trees: string): (tree: Digest) => number {
  const counted = new Set<bigint>();
  return (tree) => {
    let bytes = 0;
    for (const [inode, file] of linkedFiles([`${trees}/${tree}`]).files) {
      if (!counted.has(inode)) bytes += file.bytes;
      counted.add(inode);
    }
    return bytes;
  };
}
