import { setImmediate } from "node:timers/promises";

/**
 * Runs `run` on every item, at most `limit` at once. The results are in the items' order.
 *
 * @throws what `run` throws first; what runs then goes on
 */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results.set(index, await run(item, index));
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

/** Milliseconds that a Ctrl-C or a redrawn line may have to wait. */
const longest = 20;

/**
 * For loops that work without waiting for anything: asked at each turn, it gives a promise to wait for about every
 * 20 ms, and undefined in between. Without such pauses no signal arrives and nothing on the terminal moves.
 *
 * @param signal once it is aborted, asking throws its reason
 * @example
 * const pause = breather();
 * for (const file of files) {
 *   copySync(file);
 *   await pause();
 * }
 */
export function breather(signal?: AbortSignal): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    signal?.throwIfAborted();
    if (performance.now() - last < longest) return undefined;
    return setImmediate().then(() => {
      last = performance.now();
    });
  };
}
