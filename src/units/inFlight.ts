import type { Digest } from "../base/digest.ts";

/**
 * The units that steps compile at the moment, each step a set. What a step has compiled others find in the store when it has
 * ended, so that who wants much the same waits for it, and does not compile it once more beside it.
 */
export type UnitsInFlight = {
  /**
   * Begins to compile units, by their keys, until disposed; or says what to wait for, and then to look again: the end of a step
   * that compiles at least half of them. For fewer, to wait would leave processors idle that could compile the others.
   *
   * Who waits has begun nothing, so that nobody waits for each other.
   */
  begin(keys: ReadonlySet<Digest>): Disposable | Waiting;
};

export type Waiting = { readonly ended: Promise<void> };

/** Of the steps of one process: those of others are not known. */
export function unitsInFlight(): UnitsInFlight {
  const steps = new Set<Waiting & { readonly keys: ReadonlySet<Digest> }>();
  return {
    begin(keys) {
      const shared = (step: { readonly keys: ReadonlySet<Digest> }): number =>
        [...keys].filter((key) => step.keys.has(key)).length;
      const most = [...steps].reduce((best, step) => Math.max(best, shared(step)), 0);
      const other = [...steps].find((step) => shared(step) === most);
      if (other && most > 0 && 2 * most >= keys.size) return { ended: other.ended };
      const { promise, resolve } = Promise.withResolvers<void>();
      const step = { keys, ended: promise };
      steps.add(step);
      return {
        [Symbol.dispose]() {
          steps.delete(step);
          resolve();
        },
      };
    },
  };
}
