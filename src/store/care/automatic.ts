import { spawn } from "node:child_process";
import { statfsSync } from "node:fs";
import { setPriority } from "node:os";
import * as v from "valibot";
import { textOf } from "../../tree/files.ts";
import { exclusiveAtOnce } from "../locks.ts";
import { writeDurably } from "../recover.ts";
import { collectGarbage, type Garbage } from "./garbage.ts";

/**
 * Collection by itself: after a build, in a process of its own, where the user says how much room the store may take
 * (`GANTRY_STORE_MAX_SIZE`: the store is theirs, and no project's). The file `collected` remembers the last one.
 */

const last = v.object({
  /** When it ended, in seconds after the epoch. */
  at: v.number(),
  /** What the store took then, and what was free on its disk, in bytes. */
  bytes: v.number(),
  free: v.number(),
  /** What it freed. */
  freed: v.number(),
});

export type LastCollection = v.InferOutput<typeof last>;

/** Undefined where there was none. */
export function lastCollection(root: string): LastCollection | undefined {
  try {
    return v.parse(last, JSON.parse(textOf(`${root}/collected`) ?? ""));
  } catch {
    return undefined;
  }
}

const day = 24 * 3600;
const pause = 600;

/**
 * Whether a collection is worth its time: a day after the last one; before that only where the store may have passed its size by
 * a tenth. It grew by no more than the disk has less room. Costs a call of the system.
 */
export function isDue(root: string, maxBytes: number, now = Date.now() / 1000): boolean {
  const before = lastCollection(root);
  if (before === undefined || now < before.at || now - before.at > day) return true;
  if (now - before.at < pause) return false;
  return before.bytes + Math.max(0, before.free - freeBytes(root)) > 1.1 * maxBytes;
}

/** Starts a collection that goes on when this process has ended, and says nothing. */
export function startCollection(self: readonly [string, ...string[]], root: string, size: string): void {
  const [program, ...words] = self;
  const child = spawn(
    program,
    [...words, "store", "gc", "--automatic", "--max-size", size, "--store", root],
    {
      detached: true,
      stdio: "ignore",
    },
  );
  // The next build tries again.
  child.on("error", () => {});
  child.unref();
}

/** Lower than what people wait for, and not so low that it would be held up where it holds others up. */
const priority = 10;

/** Collects if that is due and nobody else does; undefined where it is not. */
export async function collectIfDue(
  root: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Garbage | undefined> {
  using alone = exclusiveAtOnce(`${root}/locks`, "automatic gc");
  if (!alone || !isDue(root, maxBytes)) return undefined;
  setPriority(priority);
  const garbage = await collectGarbage(root, { maxBytes, dryRun: false, signal });
  rememberCollection(root, garbage);
  return garbage;
}

/** Notes what a collection left, from which the next one is said to be due. */
export function rememberCollection(root: string, { bytes: freed, left }: Garbage): void {
  if (!left) return;
  const found: LastCollection = { at: Date.now() / 1000, bytes: left.bytes, free: freeBytes(root), freed };
  writeDurably(`${root}/collected`, JSON.stringify(found));
}

function freeBytes(root: string): number {
  const { bavail, bsize } = statfsSync(root);
  return bavail * bsize;
}
