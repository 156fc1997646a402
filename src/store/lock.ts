import { mkdirSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { digestOf } from "../base/digest.ts";

/**
 * Excludes everybody else who asks for the same name, in this process and in others, until disposed.
 *
 * SQLite's own file lock does the work: the system drops it when the process dies, however it dies, so there
 * are no stale locks to break.
 *
 * Once the signal is aborted it waits no longer and excludes nobody: the caller is about to stop.
 */
export async function lock(root: string, name: string, signal?: AbortSignal): Promise<AsyncDisposable> {
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
