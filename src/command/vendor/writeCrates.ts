import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { err, ok, type Result } from "../../base/result.ts";
import { stopped } from "../../fetch/progress.ts";
import { type CrateQueue, type CrateToWrite, takeCrate, writeCrate } from "./writeCrate.ts";

type WriteOptions = {
  readonly signal: AbortSignal | undefined;
  /** Told how many were written, after each. Default: nobody. */
  readonly onWritten?: (done: number) => void;
  /** How many write at once, this one included. Default: as many as there are processors, where there is enough to do. */
  readonly threads?: number;
};

/**
 * Writes crates (see `writeCrate`), several at once. Gives those that were written.
 *
 * Errors: `interrupted`.
 *
 * @throws what the system says of a file that cannot be written
 */
export async function writeCrates<Crate extends CrateToWrite>(
  crates: readonly Crate[],
  { signal, onWritten, threads = threadsFor(crates.length) }: WriteOptions,
): Promise<Result<Crate[]>> {
  const written: Crate[] = [];
  const onIndex = (index: number) => {
    const crate = crates[index];
    if (crate === undefined) return;
    written.push(crate);
    onWritten?.(written.length);
  };
  const queue: CrateQueue = { crates, next: new Int32Array(new SharedArrayBuffer(4)) };
  const workers = Array.from({ length: threads - 1 }, () => startThread(queue, onIndex));
  const emptied = Promise.all(workers.map(({ ended }) => ended));
  try {
    await Promise.all([emptied, writeHere(queue, { signal, onIndex })]);
  } finally {
    // Whoever fails or is stopped waits until the others have left the directory.
    Atomics.store(queue.next, 0, crates.length);
    await Promise.allSettled(workers.map(({ ended }) => ended));
  }
  return signal?.aborted ? err(stopped()) : ok(written);
}

type Here = { readonly signal: AbortSignal | undefined; readonly onIndex: (index: number) => void };

/** Takes part on this thread, which hears of the others and of signals after each crate. */
async function writeHere(queue: CrateQueue, { signal, onIndex }: Here): Promise<void> {
  for (;;) {
    await setImmediate();
    if (signal?.aborted) return;
    const index = takeCrate(queue);
    const crate = index === undefined ? undefined : queue.crates[index];
    if (index === undefined || crate === undefined) return;
    if (writeCrate(crate)) onIndex(index);
  }
}

/** A thread takes some 40 ms to start, in which 20 crates are written. Beyond four they wait for the disk. */
function threadsFor(crates: number): number {
  return Math.max(1, Math.min(availableParallelism(), 4, Math.floor(crates / 20)));
}

/** The bundle has that file apart (`tsdown.config.ts`). What the thread throws, `ended` throws. */
function startThread(queue: CrateQueue, onIndex: (index: number) => void): { readonly ended: Promise<void> } {
  const file = join(import.meta.dirname, `writeCrate${extname(import.meta.filename)}`);
  const worker = new Worker(file, { workerData: queue });
  const ended = new Promise<void>((resolve, reject) => {
    worker.on("message", onIndex);
    worker.on("error", reject);
    worker.on("exit", () => resolve());
  });
  return { ended };
}
