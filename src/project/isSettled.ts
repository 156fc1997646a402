/** The times that tell whether a file changed, in milliseconds since the epoch. */
export type Times = { readonly mtimeMs: number; readonly ctimeMs: number };

/**
 * Whether a file had been left alone for 2 s when a scan began (`started`, in milliseconds since the epoch).
 *
 * A file that is written twice within one tick of the file system's clock can have the same times and size
 * for two contents. Only what had settled may be remembered; git calls the others racily clean.
 */
export function isSettled(times: Times, started: number): boolean {
  return Math.max(times.mtimeMs, times.ctimeMs) < started - 2000;
}
