import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * One budget of jobs for all that runs at once: steps, and the rustc and C compilers beneath them. It is GNU
 * make's jobserver (a named pipe with one byte a job; make 4.4, Cargo 1.72), which Cargo, rustc and `cc` share by
 * themselves once `MAKEFLAGS` names it.
 */
export type JobBudget = AsyncDisposable & {
  readonly jobs: number;
  /** The pipe on the host, to be mounted where steps look for it. */
  readonly pipe: string;
  /**
   * Waits for a turn to run a step; released at the end of `await using`. A step holds one job for its Cargo, which
   * counts one of its own beside those in the pipe (Cargo 1.95).
   */
  take(signal: AbortSignal): Promise<AsyncDisposable>;
};

/** What a step is told: not part of its key, since how many jobs there are must not change what it makes. */
export function jobVariables(jobs: number, pipe: string): Record<string, string> {
  return { CARGO_BUILD_JOBS: String(jobs), MAKEFLAGS: `-j --jobserver-auth=fifo:${pipe}` };
}

/** The pipe is made when the first step runs: where nothing has to run, nothing is spent on it. */
export function jobBudget(directory: string, jobs: number): JobBudget {
  const pipe = `${directory}/jobs`;
  const token = Buffer.alloc(1);
  let opened: number | undefined;
  const descriptor = (): number => (opened ??= openPipe(pipe, jobs));
  const taken = (): boolean => {
    try {
      return readSync(descriptor(), token, 0, 1, null) === 1;
    } catch (thrown) {
      if (thrown instanceof Error && "code" in thrown && thrown.code === "EAGAIN") return false;
      throw thrown;
    }
  };
  return {
    jobs,
    pipe,
    async take(signal) {
      let held = taken();
      while (!held && !signal.aborted) {
        await sleep(20);
        held = taken();
      }
      return {
        async [Symbol.asyncDispose]() {
          if (held) writeSync(descriptor(), "+");
        },
      };
    },
    async [Symbol.asyncDispose]() {
      if (opened !== undefined) closeSync(opened);
    },
  };
}

function openPipe(pipe: string, jobs: number): number {
  const made = spawnSync("mkfifo", [pipe]);
  if (made.status !== 0) throw new Error(`mkfifo ${pipe}: ${made.stderr?.toString() ?? made.error?.message}`);
  const descriptor = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(descriptor, "+".repeat(jobs));
  return descriptor;
}
