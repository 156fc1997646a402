import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "../base/digest.ts";
import { walk } from "../tree/walk.ts";
import type { TempDir } from "./store.ts";

/**
 * Excludes everybody else who asks for the same name, in this process and in others, until disposed.
 *
 * SQLite's own file lock does the work: the system drops it when the process dies, however it dies, so there
 * are no stale locks to break.
 *
 * Once the signal is aborted it waits no longer and excludes nobody: the caller is about to stop.
 */
export async function exclusive(root: string, name: string, signal?: AbortSignal): Promise<AsyncDisposable> {
  mkdirSync(root, { recursive: true });
  const database = new DatabaseSync(`${root}/${digestOf(name).slice(0, 16)}`);
  for (let wait = 5; !taken(database); wait = Math.min(wait * 2, 200)) {
    if (signal?.aborted) break;
    await sleep(wait);
  }
  return {
    async [Symbol.asyncDispose]() {
      database.close();
    },
  };
}

function taken(database: DatabaseSync): boolean {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (thrown) {
    const busy = 5;
    if (thrown instanceof Error && "errcode" in thrown && thrown.errcode === busy) return false;
    throw thrown;
  }
}

/**
 * Says that this process has the store open, until disposed: a directory `<root>/claims/<pid>-XXXXXX`. Garbage
 * collection spares whatever was used since the oldest claim was made.
 */
export function claimStore(root: string): Disposable {
  const claims = `${root}/claims`;
  mkdirSync(claims, { recursive: true });
  removeAbandoned(claims);
  const path = mkdtempSync(`${claims}/${process.pid}-`);
  return { [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** When the oldest claim of a living process was made, in seconds after the epoch; undefined: there is none. */
export function oldestClaim(root: string): number | undefined {
  const claims = `${root}/claims`;
  removeAbandoned(claims);
  const made = namesIn(claims).flatMap((name) => {
    const seconds = statSync(`${claims}/${name}`, { throwIfNoEntry: false })?.mtimeMs;
    return seconds === undefined ? [] : [seconds / 1000];
  });
  return made.length === 0 ? undefined : Math.min(...made);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** A fresh directory `<root>/<pid>-<purpose>-XXXXXX`; the process id tells later runs whose it was. */
export function tempDir(root: string, purpose: string): TempDir {
  mkdirSync(root, { recursive: true });
  const path = mkdtempSync(`${root}/${process.pid}-${purpose}-`);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await removeAll(path);
    },
  };
}

/** Removes what processes that are no longer alive have left behind. */
export function removeAbandoned(root: string): void {
  let names: string[] = [];
  try {
    names = readdirSync(root);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = Number.parseInt(name, 10);
    if (pid > 0 && !alive(pid)) removeAllSync(`${root}/${name}`);
  }
}

/** Removes a directory even where a build left directories without permissions, as overlayfs does. */
export async function removeAll(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    makeWritable(path);
    await rm(path, { recursive: true, force: true });
  }
}

export function removeAllSync(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    makeWritable(path);
    rmSync(path, { recursive: true, force: true });
  }
}

function makeWritable(root: string): void {
  chmodSync(root, 0o700);
  for (const { path, type } of walk(root)) if (type === "directory") chmodSync(`${root}/${path}`, 0o700);
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}
