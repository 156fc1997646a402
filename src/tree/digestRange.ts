import { closeSync, openSync, readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { type Digest, digester } from "../base/digest.ts";
import { type Asked, problemOf, type ThreadProblem } from "./threads.ts";

/** A stretch of a file, as far as the file goes. */
export type Range = { readonly path: string; readonly from: number; readonly length: number };

/** What a thread is asked. Several get the same ranges, and each takes the next one that nobody has taken. */
export type DigestJob = {
  readonly ranges: readonly Range[];
  /** How many were taken, in its first place. */
  readonly taken: Int32Array;
};

export type DigestAnswer =
  | { readonly digests: readonly (readonly [index: number, digest: Digest])[] }
  | { readonly problem: ThreadProblem };

/** What is said: how many bytes were read, several times, and at the end what came of it. */
export type DigestSaid = number | DigestAnswer;

/** What says to a thread that runs this file what it is for. */
export const digestThread = "gantry digests files";

/** Reads through a buffer, which may be smaller than the range. */
export function digestRange(
  { path, from, length }: Range,
  buffer: Buffer,
): { readonly digest: Digest; readonly bytes: number } {
  const file = openSync(path, "r");
  try {
    let bytes = 0;
    const next = () => {
      const got = readSync(file, buffer, 0, Math.min(buffer.length, length - bytes), from + bytes);
      bytes += got;
      return buffer.subarray(0, got);
    };
    const digest = digester();
    for (let part = next(); part.length > 0; part = next()) digest.update(part);
    return { digest: digest.finish(), bytes };
  } finally {
    closeSync(file);
  }
}

/** Bytes. Whoever is told is not to be kept from its own work by it. */
const toldAfter = 4 * 1024 * 1024;

function answerTo({ ranges, taken, port }: DigestJob & Asked, buffer: Buffer): DigestAnswer {
  const digests: [number, Digest][] = [];
  let untold = 0;
  for (;;) {
    const index = Atomics.add(taken, 0, 1);
    const range = ranges[index];
    if (!range) break;
    try {
      const { digest, bytes } = digestRange(range, buffer);
      digests.push([index, digest]);
      untold += bytes;
    } catch (thrown) {
      Atomics.store(taken, 0, ranges.length);
      return { problem: problemOf(thrown, range.path) };
    }
    if (untold < toldAfter) continue;
    port.postMessage(untold);
    untold = 0;
  }
  port.postMessage(untold);
  return { digests };
}

if (workerData === digestThread) {
  const buffer = Buffer.allocUnsafeSlow(256 * 1024);
  parentPort?.on("message", (job: DigestJob & Asked) => {
    job.port.postMessage(answerTo(job, buffer));
    job.port.close();
  });
}
