import { existsSync, lstatSync, readdirSync, rmSync, unlinkSync } from "node:fs";
import { errorCode } from "../../base/narrowing.ts";
import { walk } from "../../tree/walk.ts";
import { type Pause, roomOf, type StoredRecord, storedBlobs } from "../contents.ts";
import { hourOf } from "../rows/rows.ts";
import { roomsIn, sumOf } from "./room.ts";

/** What garbage collection removes beside records and trees: files that nothing refers to any more. */

/** How many things of a kind go, and how many bytes that frees. */
export type Freed = { readonly count: number; readonly bytes: number };

type Sweep = { readonly dryRun: boolean; readonly pause: Pause };

/** The files of trees that are gone, or would be, by inode: of what kind, and how many links those have that are not gone yet. */
export type DeadFiles = ReadonlyMap<bigint, { readonly kind: string; readonly left: number }>;

/**
 * Removes the blobs that no tree has a link to, and says what that frees by the kind of tree that had them.
 *
 * A build may link to a blob at the moment at which it is removed: its file stays, and becomes the blob again when
 * its tree is added.
 */
export async function sweepBlobs(
  root: string,
  files: DeadFiles,
  { dryRun, pause }: Sweep,
): Promise<ReadonlyMap<string, number>> {
  const freed = new Map<string, number>();
  for (const path of storedBlobs(root)) {
    await pause();
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!found) continue;
    const { kind = "file", left = 0 } = files.get(found.ino) ?? {};
    if (!found.isFile() || Number(found.nlink) - left > 1) continue;
    freed.set(kind, (freed.get(kind) ?? 0) + roomOf(found));
    if (!dryRun) remove(path);
  }
  return freed;
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (thrown) {
    if (errorCode(thrown) !== "ENOENT") throw thrown;
  }
}

type LogSweep = Sweep & {
  /** The records that stay; a log stays with the record of its step. */
  readonly kept: Iterable<StoredRecord>;
  /** Younger logs stay too: a step that runs for the first time has no record yet. In hours after the epoch. */
  readonly before: number;
};

/** Removes the logs of steps that nothing is known of any more. */
export async function sweepLogs(root: string, { kept, before, dryRun, pause }: LogSweep): Promise<Freed> {
  const keys = new Set<string>();
  for (const { logs } of kept) for (const log of logs) keys.add(log);
  let [count, bytes] = [0, 0];
  for (const { path: below, name, type } of walk(`${root}/logs`, { throwIfNoEntry: false })) {
    await pause();
    const path = `${root}/logs/${below}`;
    if (type !== "file" || keys.has(name.replace(/(?:\.[0-9a-f]{16})?\.(?:log|messages|junit)$/, "")))
      continue;
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!found || hourOf(Number(found.mtimeMs) / 1000) >= before) continue;
    count += 1;
    bytes += roomOf(found);
    if (!dryRun) rmSync(path, { force: true });
  }
  return { count, bytes };
}

/** Removes what was downloaded in part, and not gone on with since that hour. */
export function sweepDownloads(root: string, before: number, dryRun: boolean): Freed {
  let [count, bytes] = [0, 0];
  for (const { path: below } of walk(`${root}/downloads`, { throwIfNoEntry: false })) {
    const path = `${root}/downloads/${below}`;
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (!found || hourOf(Number(found.mtimeMs) / 1000) >= before) continue;
    count += 1;
    bytes += roomOf(found);
    if (!dryRun) rmSync(path, { recursive: true, force: true });
  }
  return { count, bytes };
}

/**
 * Removes what commits were checked out to for hooks to look at, where none was since that hour. The next commit there makes it
 * anew.
 */
export function sweepCommits(root: string, before: number, dryRun: boolean): Freed {
  let [count, bytes] = [0, 0];
  for (const name of existsSync(`${root}/commits`) ? readdirSync(`${root}/commits`) : []) {
    const place = `${root}/commits/${name}`;
    const used = lstatSync(`${place}/used`, { throwIfNoEntry: false });
    if (used && hourOf(used.mtimeMs / 1000) >= before) continue;
    count += 1;
    bytes += sumOf(roomsIn(place));
    if (!dryRun) rmSync(place, { recursive: true, force: true });
  }
  return { count, bytes };
}
