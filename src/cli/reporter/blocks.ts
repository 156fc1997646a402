/**
 * Keeps lines of steps that run side by side from mixing: while more than one runs, a step's lines are held
 * back until a blank line ends the paragraph (as it ends each of rustc's diagnostics), the step ends, or it
 * has been silent for a while.
 */
export type Blocks = {
  add(step: string, lines: readonly string[], alone: boolean): readonly string[];
  /** All that is held back of one step, or of those that were silent for `quiet` milliseconds. */
  release(step: string): readonly string[];
  releaseQuiet(): readonly string[];
};

const quiet = 200;

/** @param now milliseconds from any fixed moment. */
export function blocks(now: () => number): Blocks {
  const held = new Map<string, { lines: string[]; at: number }>();

  function release(step: string): readonly string[] {
    const lines = held.get(step)?.lines ?? [];
    held.delete(step);
    return lines;
  }

  return {
    add: (step, lines, alone) => {
      const block = held.get(step) ?? { lines: [], at: 0 };
      block.lines.push(...lines);
      block.at = now();
      held.set(step, block);
      return alone || lines.at(-1)?.trim() === "" ? release(step) : [];
    },
    release,
    releaseQuiet: () =>
      [...held].filter(([, { at }]) => now() - at >= quiet).flatMap(([step]) => release(step)),
  };
}
