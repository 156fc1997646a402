import { once } from "node:events";
import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import { breather } from "../../base/concurrency.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { stopped } from "../../fetch/progress.ts";
import { type CrateToWrite, crateThread, writeCrate } from "./writeCrate.ts";

type WriteOptions = {
  readonly signal: AbortSignal | undefined;
  /** Told how many were written, after each. Default: nobody. */
  readonly onWritten?: (done: number) => void;
  /** How many write at once. Default: as many as there are processors, where there is enough to do. */
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
  const queue = crates.values();
  const keepWriting = async (write: (crate: Crate) => Promise<boolean>): Promise<void> => {
    for (const crate of queue) {
      if (signal?.aborted) return;
      if (!(await write(crate))) continue;
      written.push(crate);
      onWritten?.(written.length);
    }
  };
  if (threads < 2) {
    const pause = breather();
    await keepWriting(async (crate) => {
      await pause();
      return writeCrate(crate);
    });
  } else {
    const workers = Array.from({ length: threads }, startThread);
    try {
      await Promise.all(workers.map((worker) => keepWriting((crate) => writeBy(worker, crate))));
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  }
  return signal?.aborted ? err(stopped()) : ok(written);
}

/** A thread takes some 40 ms to start, in which 20 crates are written. Beyond four they wait for the disk. */
function threadsFor(crates: number): number {
  return Math.min(availableParallelism(), 4, Math.floor(crates / 20));
}

/** The bundle has that file apart (`tsdown.config.ts`). */
function startThread(): Worker {
  const file = join(import.meta.dirname, `writeCrate${extname(import.meta.filename)}`);
  return new Worker(file, { workerData: crateThread });
}

/** What the thread throws arrives as its event `error`, which `once` throws. */
async function writeBy(worker: Worker, crate: CrateToWrite): Promise<boolean> {
  const answer = once(worker, "message");
  worker.postMessage(crate);
  const [isWritten] = await answer;
  return isWritten === true;
}
