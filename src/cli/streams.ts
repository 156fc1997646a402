import { setImmediate } from "node:timers/promises";
import type { Sink } from "./reporter/reporter.ts";

/** What of a standard stream is used. */
export type Stream = NodeJS.WritableStream & { readonly columns?: number; readonly writableLength: number };

/**
 * Standard output or error. Once it cannot be written to, what would have been written is dropped: of a full disk or a
 * closed terminal nothing can be said there.
 */
export function standardSink(stream: Stream): Sink & {
  /** Why it cannot be written to any more. That the reader went away (`gantry graph | head`) is no failure. */
  failure(): Error | undefined;
} {
  let gone = false;
  let failed: Error | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    gone = true;
    if (error.code !== "EPIPE") failed = error;
  });
  return {
    failure: () => failed,
    write: (text) => {
      if (!gone) stream.write(text);
    },
    // A terminal that nobody told its size (a serial line, `script` in CI) says 0.
    columns: () => stream.columns || 80,
  };
}

/** Waits until all is written, or has failed: a pipe may take it later, and exiting would cut it off. */
export async function drain(stream: Stream): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write("", () => resolve()));
  // A stream tells of an error after the call that it happened in.
  await setImmediate();
}

/**
 * Ends the process. `process.exit` waits for the threads that read and write files and look up the names of machines, and so for
 * ever where one hangs, as on a mount whose server is gone, and for seconds where no name server answers: then another program,
 * which ends at once, takes the place of this one, and no thread is left.
 */
export function leave(status: number): never {
  const isBusy = process
    .getActiveResourcesInfo()
    .some((name) => /^(?:FSReq|Get(?:Addr|Name)Info)/.test(name));
  if (isBusy && process.execve) {
    process.emit("exit", status);
    try {
      process.execve("/bin/sh", ["sh", "-c", `exit ${status}`], {});
    } catch {
      // There is no shell: then it has to wait.
    }
  }
  return process.exit(status);
}
