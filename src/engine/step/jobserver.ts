import { spawnSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../base/narrowing.ts";
import { inheritedPipe } from "../../sandbox/sandbox.ts";

/**
 * GNU make's jobserver: a pipe that holds one byte for each job that may still begin. Steps take their jobs from it, and
 * so do Cargo, rustc, make and the crate `cc` in them, which inherit it. All that runs at once therefore has one limit.
 */
export type Jobserver = Disposable & {
  /** How many jobs there are. */
  readonly jobs: number;
  /** A named pipe on the host, for the commands of steps to inherit. */
  readonly pipe: string;
  /** See `Command.sparePipe`. */
  readonly sparePipe: () => string | undefined;
  /**
   * Waits for a job, which is given back at the end of `await using`. Waits no longer once `signal` is aborted.
   *
   * A running step holds one job: its Cargo begins with one that is not in the pipe (Cargo 1.95).
   */
  acquire(signal: AbortSignal): Promise<Disposable>;
  /** A job that nobody has now, given back likewise; undefined where there is none. */
  acquireAtOnce(): Disposable | undefined;
};

/**
 * The variables by which the commands of a step find the jobserver. They are no part of the step's key, since the number
 * of jobs must not change what the step makes.
 *
 * They name open descriptors, as Cargo does: make stops at a named pipe before 4.4, which Debian 12 and Ubuntu 22.04 do
 * not have, and knows `--jobserver-fds` alone before 4.2.
 */
export function jobVariables(jobs: number): Record<string, string> {
  const ends = `${inheritedPipe.read},${inheritedPipe.write}`;
  return {
    CARGO_BUILD_JOBS: String(jobs),
    MAKEFLAGS: `-j --jobserver-fds=${ends} --jobserver-auth=${ends}`,
  };
}

/** An edit's build uses one, a step that has to be planned three; so do its layer and the step itself, where both run. */
const sparePipes = 6;

/**
 * Makes a pipe with `jobs` jobs in an empty directory, and spare ones with it: to start `mkfifo` takes far longer than what
 * it does.
 */
export function openJobserver(directory: string, jobs: number): Jobserver {
  const pipe = `${directory}/jobs`;
  const spare = Array.from({ length: sparePipes }, (_, at) => `${directory}/spare-${at}`);
  const ran = spawnSync("mkfifo", [pipe, ...spare]);
  if (ran.status !== 0) throw ran.error ?? new Error(`mkfifo ${pipe}: ${ran.stderr}`);
  // Both ends are held open, so that neither opening it nor reading from it waits for another process.
  const descriptor = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  writeSync(descriptor, "+".repeat(jobs));
  const held: Disposable = { [Symbol.dispose]: () => void writeSync(descriptor, "+") };
  return {
    jobs,
    pipe,
    sparePipe: () => spare.pop(),
    async acquire(signal) {
      let isHeld = readJob(descriptor);
      while (!isHeld && !signal.aborted) {
        await sleep(20);
        isHeld = readJob(descriptor);
      }
      return isHeld ? held : { [Symbol.dispose]() {} };
    },
    acquireAtOnce: () => (readJob(descriptor) ? held : undefined),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** Whether there was a job to take. */
function readJob(descriptor: number): boolean {
  try {
    return readSync(descriptor, Buffer.alloc(1), 0, 1, null) === 1;
  } catch (thrown) {
    if (errorCode(thrown) === "EAGAIN") return false;
    throw thrown;
  }
}
