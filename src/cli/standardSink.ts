import type { Sink } from "./reporter/reporter.ts";

/** What of a standard stream is used. */
export type Stream = NodeJS.WritableStream & { readonly columns?: number; readonly writableLength: number };

/**
 * Standard output or error. A reader that went away (`gantry graph | head`) is no error: what would have
 * been written is dropped.
 */
export function standardSink(stream: Stream): Sink {
  let gone = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    gone = true;
  });
  return {
    write: (text) => {
      if (!gone) stream.write(text);
    },
    // A terminal that nobody told its size (a serial line, `script` in CI) says 0.
    columns: () => stream.columns || 80,
  };
}

/** Waits until all is written: a pipe may take it later, and exiting would cut it off. */
export async function drain(stream: Stream): Promise<void> {
  if (stream.writableLength === 0) return;
  await new Promise<void>((resolve) => stream.write("", () => resolve()));
}
