import { mkdirSync, renameSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Digest } from "../../base/digest.ts";
import { errorCode } from "../../base/narrowing.ts";
import { recordsUsedSince, type StoredRecord } from "../contents.ts";
import type { Index } from "../index.ts";
import { ofKey, usedHour, whole } from "../rows/rows.ts";
import type { Plan } from "./plan.ts";

/**
 * Carries out a plan while builds go on. Whatever a build takes it first notes as used. So each transaction, in which nobody else
 * can note anything, looks again at what it is about to remove, and leaves what was used since the plan was made: a build either
 * comes before it, and its trees stay, or after it, and finds them missing and makes them.
 *
 * Records go first. A process that is killed in between leaves trees that no record names, which the next collection finds.
 */

/** How many things one transaction removes. Whoever wants to write waits for as long as that takes. */
const few = { records: 200, trees: 25 };

/**
 * Lets those write who wait. SQLite has them look again after at most 100 ms, and grants no turns (`sqliteDefaultBusyCallback`),
 * so that most of the time nobody must hold the database.
 */
async function letOthersWork(since: number): Promise<void> {
  await sleep(Math.min(100, 5 + 3 * (performance.now() - since)));
}

/**
 * A clock that was wrong may have noted uses that are yet to come, which would keep what they are of until then. They count as of
 * now.
 */
export function bringToNow(index: Index, hour: number): void {
  const today = Math.floor(hour / 24);
  transaction(index, (database) => {
    // The one after today may have begun elsewhere.
    database.prepare("UPDATE records SET used = :today WHERE used > :today + 1").run({ today });
  });
}

/** Drops the records of a plan that nobody used since; returns which. */
export async function dropRecords(
  index: Index,
  { dropped }: Plan,
  signal?: AbortSignal,
): Promise<Set<StoredRecord>> {
  const gone = new Set<StoredRecord>();
  for (const some of inPieces(dropped, few.records)) {
    signal?.throwIfAborted();
    const began = performance.now();
    const left = transaction(index, (database) => {
      const drop = database.prepare(`DELETE FROM records WHERE ${ofKey} AND ${whole(usedHour)} = :used`);
      const forget = database.prepare(`DELETE FROM uses WHERE ${ofKey}`);
      return some.filter(({ kind, key, version, used }) => {
        const isDropped = drop.run({ kind, key, version, used }).changes === 1;
        if (isDropped) forget.run({ kind, key, version });
        return isDropped;
      });
    });
    for (const record of left) gone.add(record);
    await letOthersWork(began);
  }
  return gone;
}

type Moving = {
  readonly root: string;
  /** Where they go, in a scratch directory. */
  readonly aside: string;
  /** The hour since which what is used may be in use. */
  readonly inUseSince: number;
  readonly signal: AbortSignal | undefined;
};

/**
 * Moves the dead trees of a plan aside, some at a time, and hands over where they are then; a tree is in the store as a whole or
 * not at all.
 */
export async function* moveTrees(
  index: Index,
  { dead, inUse }: Plan,
  { root, aside, inUseSince, signal }: Moving,
): AsyncGenerator<readonly { readonly tree: Digest; readonly place: string }[]> {
  const wereUsed = new Set([...inUse].map(placeOf));
  for (const some of inPieces([...dead.keys()], few.trees)) {
    signal?.throwIfAborted();
    const began = performance.now();
    const moved = transaction(index, (database) => {
      const since = recordsUsedSince(database, inUseSince, (record) => !wereUsed.has(placeOf(record)));
      const live = new Set(since.flatMap(({ names }) => names));
      return some
        .filter((tree) => !live.has(tree))
        .map((tree) => ({ tree, place: moveAside(`${root}/trees/${tree}`, `${aside}/${tree}`) }));
    });
    const took = performance.now();
    yield moved;
    await letOthersWork(performance.now() - (took - began));
  }
}

function placeOf({ kind, key, version }: Pick<StoredRecord, "kind" | "key" | "version">): string {
  return `${kind}\0${key}\0${version}`;
}

/** By rename, so that a tree is there as a whole or not at all. */
function moveAside(from: string, to: string): string {
  try {
    renameSync(from, to);
  } catch (thrown) {
    if (errorCode(thrown) !== "ENOENT") throw thrown;
    mkdirSync(to, { recursive: true });
  }
  return to;
}

/** Works while nobody else can write. It may be done again, where the database is damaged. */
function transaction<T>(index: Index, work: (database: DatabaseSync) => T): T {
  return index.use((database) => {
    database.exec("BEGIN IMMEDIATE");
    try {
      const result = work(database);
      database.exec("COMMIT");
      return result;
    } finally {
      if (database.isTransaction) database.exec("ROLLBACK");
    }
  });
}

function* inPieces<Each>(items: readonly Each[], size: number): Generator<readonly Each[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
