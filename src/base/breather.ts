import { setImmediate } from "node:timers/promises";

/** Milliseconds that a Ctrl-C or a redrawn line may have to wait. */
const longest = 20;

/**
 * For loops that work without waiting for anything: asked at each turn, it gives a promise to wait for about every
 * 20 ms, and undefined in between. Without such pauses no signal arrives and nothing on the terminal moves.
 *
 * @example
 * const pause = breather();
 * for (const file of files) {
 *   copySync(file);
 *   await pause();
 * }
 */
export function breather(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < longest) return undefined;
    return setImmediate().then(() => {
      last = performance.now();
    });
  };
}
