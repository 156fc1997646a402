import type { Worker } from "node:worker_threads";
import { breather } from "../base/concurrency.ts";
import type { Digest } from "../base/digest.ts";
import {
  type DigestAnswer,
  type DigestJob,
  type DigestSaid,
  digestRange,
  digestThread,
  type Range,
} from "./digestRange.ts";
import { ask, threadsOf, thrownOf } from "./threads.ts";

type Reading = {
  readonly signal?: AbortSignal | undefined;
  /** Told how many more bytes were read. */
  readonly onRead: (bytes: number) => void;
  /** Bytes. */
  readonly total: number;
};

/** Bytes. In the time that threads take to start, this much is read without. */
const little = 16 * 1024 * 1024;

/**
 * The digests of stretches of files, by a thread for each processor, while this one goes on with what it has to do: Node's
 * own promises of reading and digesting copy every byte once more, and that in this thread. Undefined if the signal stopped it.
 *
 * @param ranges the large ones first, so that no thread is left alone with one
 * @throws what the file system says of a file
 */
export async function digestRanges(
  ranges: readonly Range[],
  reading: Reading,
): Promise<readonly Digest[] | undefined> {
  const { signal, onRead, total } = reading;
  if (signal?.aborted) return undefined;
  if (total < little) return digestHere(ranges, reading);
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const stop = () => void Atomics.store(taken, 0, ranges.length);
  signal?.addEventListener("abort", stop);
  try {
    const answers = await Promise.all(threads().map((thread) => answerOf(thread, { ranges, taken }, onRead)));
    const digests: Digest[] = [];
    for (const answer of answers) {
      if ("problem" in answer) throw thrownOf(answer.problem);
      for (const [index, digest] of answer.digests) digests[index] = digest;
    }
    return signal?.aborted ? undefined : digests;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

async function digestHere(
  ranges: readonly Range[],
  { signal, onRead }: Reading,
): Promise<readonly Digest[] | undefined> {
  const buffer = Buffer.allocUnsafe(64 * 1024);
  const digests: Digest[] = [];
  const pause = breather();
  for (const range of ranges) {
    const { digest, bytes } = digestRange(range, buffer);
    digests.push(digest);
    onRead(bytes);
    await pause();
    if (signal?.aborted) return undefined;
  }
  return digests;
}

async function answerOf(thread: Worker, job: DigestJob, onRead: Reading["onRead"]): Promise<DigestAnswer> {
  let answer: DigestAnswer | undefined;
  await ask<DigestSaid>(thread, job, {
    onSaid(said) {
      if (typeof said === "number") onRead(said);
      else answer = said;
    },
  });
  if (!answer) throw new Error("a thread that digests files has ended");
  return answer;
}

const threads = threadsOf({
  ...{ directory: import.meta.dirname, name: "digestRange" },
  ...{ purpose: digestThread, most: 8 },
});
