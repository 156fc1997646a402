import { randomUUID } from "node:crypto";
import {
  type BigIntStats,
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { basename } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "../base/digest.ts";
import { errorCode } from "../base/narrowing.ts";
import { sqliteResult } from "../base/systemError.ts";
import { textOf } from "../tree/files.ts";
import { walk } from "../tree/walk.ts";
import type { TempDir } from "./store.ts";

/**
 * What processes tell each other: who excludes whom, who has the store open, and whose a scratch directory is.
 *
 * All of it is held by SQLite's locks on files. The system drops them when the process dies, however it dies, and in
 * whichever container it runs, so that no process ever has to be found by a number.
 */

/**
 * Excludes everybody else who asks for the same name, in this process and in others, until disposed. Once the signal is
 * aborted it waits no longer and excludes nobody: the caller is about to stop.
 *
 * @param onWait see `OnWait`
 */
export async function exclusive(
  root: string,
  name: string,
  {
    signal,
    onWait,
  }: { readonly signal?: AbortSignal | undefined; readonly onWait?: OnWait | undefined } = {},
): Promise<AsyncDisposable> {
  const file = lockFile(root, name);
  let held = holdNamed(file);
  let since = performance.now();
  let isTold = false;
  for (let wait = 5; !held && !signal?.aborted; wait = Math.min(wait * 2, 200)) {
    await sleep(wait);
    held = holdNamed(file);
    // What goes on in this process is told of by whoever does it.
    if (ownFiles.has(file)) since = performance.now();
    if (held || isTold || performance.now() - since < patience) continue;
    isTold = true;
    onWait?.(false);
  }
  if (isTold) onWait?.(true);
  if (held) ownFiles.add(file);
  return {
    async [Symbol.asyncDispose]() {
      if (!held) return;
      ownFiles.delete(file);
      held[Symbol.dispose]();
      held = undefined;
    },
  };
}

/** Told that another process has had a lock for a second, and when that is over: people see why nothing happens. */
type OnWait = (isOver: boolean) => void;

/** In milliseconds. */
const patience = 1000;

/** The files of the locks that this process holds. */
const ownFiles = new Set<string>();

/** The same without waiting; undefined where somebody else has it. */
export function exclusiveAtOnce(root: string, name: string): Disposable | undefined {
  return holdNamed(lockFile(root, name));
}

/** The same for work that waits for nothing. The whole process waits for its turn, at most ten minutes. */
export function exclusivelyNow<T>(root: string, name: string, work: () => T): T {
  using held = holdNamed(lockFile(root, name), 600_000);
  if (!held) throw new Error(`\`${name}\` is held by another process for too long`);
  return work();
}

function lockFile(root: string, name: string): string {
  mkdirSync(root, { recursive: true });
  return `${root}/${digestOf(name).slice(0, 16)}`;
}

/** The same as `holdInPlace` for a file that goes when it is let go, so that there are no more of them than are held. */
function holdNamed(file: string, patience = 0): Disposable | undefined {
  const held = holdInPlace(file, patience);
  return (
    held && {
      [Symbol.dispose]() {
        rmSync(file, { force: true });
        held[Symbol.dispose]();
      },
    }
  );
}

/**
 * The same as `hold` for a file that others remove. Who waited for one that is gone by then begins anew with the file that has its
 * name now.
 */
export function holdInPlace(file: string, patience = 0): Disposable | undefined {
  for (;;) {
    const before = identityOf(file) ?? makeFile(file);
    const held = hold(file, patience);
    if (!held) return undefined;
    // What is open is nobody else's, so that the name has led to the held file all the while, or anew.
    if (before !== undefined && before === identityOf(file)) return held;
    held[Symbol.dispose]();
  }
}

/** Which file a name leads to. The number of an inode that is gone soon is another's: when it was made tells them apart. */
function identityOf(file: string): string | undefined {
  return identity(statSync(file, { throwIfNoEntry: false, bigint: true }));
}

function identity(stats: BigIntStats | undefined): string | undefined {
  return stats && `${stats.ino} ${stats.birthtimeNs}`;
}

/** Never opens a file that is there: see `hold`. Undefined where another process made it first. */
function makeFile(file: string): string | undefined {
  try {
    const made = openSync(file, "wx");
    try {
      return identity(fstatSync(made, { bigint: true }));
    } finally {
      closeSync(made);
    }
  } catch (thrown) {
    if (errorCode(thrown) !== "EEXIST") throw thrown;
    return undefined;
  }
}

/** Removes the files of locks that killed processes left. */
export function removeLocks(root: string): void {
  for (const name of namesIn(`${root}/locks`)) {
    try {
      using _held = holdNamed(`${root}/locks/${name}`);
    } catch {
      // What another user made stays, in nobody's way.
    }
  }
}

/** Node closes a database that nothing refers to any more, and with it would end a lock that is still needed. */
const heldNow = new Set<DatabaseSync>();

/**
 * Holds a file, which is made if absent, until disposed; undefined where somebody else does.
 *
 * Nothing else may open the file: for POSIX locks, closing any descriptor of it would let go.
 *
 * @param patience how long to wait for others, in milliseconds
 */
export function hold(file: string, patience = 0): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: patience });
  try {
    // Else a journal would lie beside the file.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    heldNow.add(database);
    return {
      [Symbol.dispose]() {
        heldNow.delete(database);
        database.close();
      },
    };
  } catch (thrown) {
    database.close();
    const [busy, notADatabase] = [5, 26];
    const code = sqliteResult(thrown);
    if (code === busy) return undefined;
    if (code !== notADatabase) throw thrown;
    // Something was written into it. Emptied, it stays the same file, so that nobody holds another.
    truncateSync(file);
    return hold(file, patience);
  }
}

/** Says that this process has the store open, until disposed. */
export type Claim = Disposable & {
  /** Scratch directories begin with it. */
  readonly id: string;
};

/**
 * Claims the store at `root`: holds a file in `claims/` by a lock. Garbage collection spares whatever was used since
 * the oldest claim was made. What dead processes left behind is removed.
 */
export function claimStore(root: string): Claim {
  mkdirSync(`${root}/claims`, { recursive: true });
  removeAbandoned(root);
  for (;;) {
    const id = randomUUID().slice(0, 8);
    const file = `${root}/claims/${id}`;
    // Not left to SQLite, which does not say what the system refuses.
    const made = makeFile(file);
    const held = hold(file);
    // Who removes what is abandoned may have held the file first, and removed it; the next one makes it again, to hold and remove it.
    if (held && made !== undefined && made === identityOf(file)) {
      return {
        id,
        [Symbol.dispose]() {
          rmSync(file, { force: true });
          held[Symbol.dispose]();
        },
      };
    }
    held?.[Symbol.dispose]();
  }
}

/**
 * When the oldest claim of a living process was made, in seconds after the epoch; undefined: there is none.
 *
 * @param own a claim that does not count
 */
export function oldestClaim(root: string, own: Claim): number | undefined {
  removeAbandoned(root);
  const made = namesIn(`${root}/claims`).flatMap((id) => {
    const found = id === own.id ? undefined : statSync(`${root}/claims/${id}`, { throwIfNoEntry: false });
    return found ? [found.mtimeMs / 1000] : [];
  });
  return made.length === 0 ? undefined : Math.min(...made);
}

/** Scratch directories of this process that somebody else removed. */
export const lostScratch = new Set<string>();

/** A fresh directory in `tmp/`, which another process removes should this one die. */
export function tempDir(root: string, claim: Claim, purpose: string): TempDir {
  mkdirSync(`${root}/tmp`, { recursive: true });
  const path = mkdtempSync(`${root}/tmp/${claim.id}-${purpose}-`);
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (!existsSync(path)) lostScratch.add(path);
      await removeAll(path).catch((thrown: unknown) => {
        // As what a killed process left.
        isAllowed(() => {
          throw thrown;
        });
      });
    },
  };
}

/**
 * Removes claims that nobody holds, and the scratch directories that go with them. Where there is one, somebody was killed, and may
 * have had locks: their files are looked through then alone.
 */
function removeAbandoned(root: string): void {
  let isAnyDead = false;
  const claims = namesIn(`${root}/claims`);
  const scratch = namesIn(`${root}/tmp`);
  const byId = Map.groupBy(scratch, (name) => name.replace(/-.*/, ""));
  for (const id of new Set([...claims, ...byId.keys()].filter((name) => /^[0-9a-f]{8}$/.test(name)))) {
    const claim = `${root}/claims/${id}`;
    using held = hold(claim);
    if (!held) continue;
    isAnyDead = true;
    // What cannot be removed stays, in nobody's way.
    for (const name of byId.get(id) ?? []) isAllowed(() => removeAllSync(`${root}/tmp/${name}`));
    rmSync(claim, { recursive: true, force: true });
  }
  if (isAnyDead) removeLocks(root);
  // An older Gantry named both kinds by its process.
  for (const path of [...claims.map((name) => `claims/${name}`), ...scratch.map((name) => `tmp/${name}`)]) {
    const owner = olderOwner(basename(path));
    if (owner !== undefined && !isAlive(owner)) removeAllSync(`${root}/${path}`);
  }
}

/**
 * Does something, or tells that the system refuses it: what another user made, a file that is immutable, or a directory that
 * somebody still writes to.
 */
export function isAllowed(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (thrown) {
    // Node's `rm` looks into what it may not remove as if it were a directory (Node 24).
    if (!["EPERM", "EACCES", "ENOTDIR", "ENOTEMPTY"].includes(errorCode(thrown))) throw thrown;
    return false;
  }
}

/**
 * The process of an older Gantry that has the store open, by its number; undefined: there is none. Such a Gantry claimed a
 * store of layout 1 by a directory `<process>-XXXXXX`, which nothing holds.
 */
export function olderProcess(root: string): number | undefined {
  return namesIn(`${root}/claims`)
    .flatMap((name) => olderOwner(name) ?? [])
    .find(isAlive);
}

function olderOwner(claim: string): number | undefined {
  const [, owner] = /^(\d{1,7})-/.exec(claim) ?? [];
  return owner === undefined ? undefined : Number(owner);
}

/** Whether a process of that number is a Gantry: the number may have been given to another since. */
function isAlive(process: number): boolean {
  return textOf(`/proc/${process}/cmdline`)?.includes("cli.js") === true;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/**
 * Removes a directory with all in it, also where a build left directories without permissions, as overlayfs does. Somebody may
 * remove it at the same time, or still write to it for a moment, as what was just killed does.
 */
export async function removeAll(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    makeWritable(path);
    await rm(path, patiently);
  }
}

/** The same, for which the whole process waits. */
export function removeAllSync(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    makeWritable(path);
    rmSync(path, patiently);
  }
}

/** Together 300 ms, where something comes into the directory while it is emptied. */
const patiently = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 } as const;

function makeWritable(root: string): void {
  const give = (directory: string) => {
    try {
      chmodSync(directory, 0o700);
    } catch (thrown) {
      if (errorCode(thrown) !== "ENOENT") throw thrown;
    }
  };
  give(root);
  for (const { path, type } of walk(root, { throwIfNoEntry: false }))
    if (type === "directory") give(`${root}/${path}`);
}
