/**
 * Numbers from 0 up to, not including, 1 that a seed decides: a linear congruential generator, for tests
 * only.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
