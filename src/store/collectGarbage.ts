import { mkdirSync, renameSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { Digest } from "../base/digest.ts";
import { chooseRecords } from "./chooseRecords.ts";
import { oldestClaim } from "./claim.ts";
import { openDatabase } from "./database.ts";
import { linkedFiles } from "./linkedFiles.ts";
import { dayOf } from "./memo.ts";
import { isRoot, rootedTree } from "./rootedTrees.ts";
import { storedTrees } from "./storedTrees.ts";
import { recordOf, type StoreRecord } from "./storeRecord.ts";
import { sweepBlobs } from "./sweepBlobs.ts";
import { sweepLogs } from "./sweepLogs.ts";
import { removeAll, tempDir } from "./tempDir.ts";
import { treeSizes } from "./treeSizes.ts";

export type GarbageOptions = {
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
