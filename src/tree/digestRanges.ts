import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { breather } from "../base/concurrency.ts";
import type { Digest } from "../base/digest.ts";
import { type DigestAnswer, type DigestJob, digestRange, digestThread, type Range } from "./digestRange.ts";

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
    const answers = await Promise.all(threads().map((thread) => ask(thread, { ranges, taken }, onRead)));
    const digests: Digest[] = [];
    for (const answer of answers) {
      if ("problem" in answer) throw Object.assign(new Error(answer.problem.message), answer.problem);
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

function ask(thread: Worker, job: Omit<DigestJob, "port">, onRead: Reading["onRead"]): Promise<DigestAnswer> {
  const { port1, port2 } = new MessageChannel();
  const { promise, resolve, reject } = Promise.withResolvers<DigestAnswer>();
  port1.on("message", (said: number | DigestAnswer) => {
    if (typeof said === "number") onRead(said);
    else resolve(said);
  });
  port1.on("close", () => reject(new Error("a thread that digests files has ended")));
  thread.postMessage({ ...job, port: port2 } satisfies DigestJob, [port2]);
  return promise;
}

let started: readonly Worker[] | undefined;

/** They stay, since one command digests several things, and hold up no end of a process. */
function threads(): readonly Worker[] {
  // The bundle has that file apart (`tsdown.config.ts`).
  const file = join(import.meta.dirname, `digestRange${extname(import.meta.filename)}`);
  started ??= Array.from({ length: Math.min(availableParallelism(), 8) }, () => {
    const thread = new Worker(file, { workerData: digestThread });
    thread.unref();
    return thread;
  });
  return started;
}
