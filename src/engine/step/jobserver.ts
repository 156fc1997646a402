import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * GNU make's jobserver: a named pipe that holds one byte for each job that may still begin (make 4.4). Steps take their
 * jobs from it, and so do Cargo (1.72), rustc and the crate `cc` in them, once `MAKEFLAGS` names the pipe. All that runs
 * at once therefore has one limit.
 */
export type Jobserver = Disposable & {
  /** How many jobs there are. */
  readonly jobs: number;
  /** The pipe on the host, to be mounted where steps look for it. */
  readonly pipe: string;
  /**
   * Waits for a job, which is given back at the end of `await using`. Waits no longer once `signal` is aborted.
   *
   * A running step holds one job: its Cargo begins with one that is not in the pipe (Cargo 1.95).
   */
  acquire(signal: AbortSignal): Promise<Disposable>;
};

/**
 * The variables by which the commands of a step find the jobserver. They are no part of the step's key, since the number
 * of jobs must not change what the step makes.
 */
export function jobVariables(jobs: number, pipe: string): Record<string, string> {
  return { CARGO_BUILD_JOBS: String(jobs), MAKEFLAGS: `-j --jobserver-auth=fifo:${pipe}` };
}

/** Makes a pipe with `jobs` jobs in an empty directory. */
export function openJobserver(directory: string, jobs: number): Jobserver {
  const pipe = `${directory}/jobs`;
  const ran = spawnSync("mkfifo", [pipe]);
  if (ran.status !== 0) throw new Error(`mkfifo ${pipe}: ${ran.stderr?.toString() ?? ran.error?.message}`);
  // Both ends are held open, so that neither opening it nor reading from it waits for another process.
  const descriptor = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(descriptor, "+".repeat(jobs));
  return {
    jobs,
    pipe,
    async acquire(signal) {
      let isHeld = readJob(descriptor);
      while (!isHeld && !signal.aborted) {
        await sleep(20);
        isHeld = readJob(descriptor);
      }
      return {
        [Symbol.dispose]() {
          if (isHeld) writeSync(descriptor, "+");
        },
      };
    },
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** Whether there was a job to take. */
function readJob(descriptor: number): boolean {
  try {
    return readSync(descriptor, Buffer.alloc(1), 0, 1, null) === 1;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "EAGAIN") return false;
    throw thrown;
  }
}
