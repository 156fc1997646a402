import type { Compiled, Target } from "./case.ts";

/**
 * Gantry's time divided by Cargo's, as the median over pairs.
 *
 * @param besides what must not be compiled in any round, whatever the time; default: nothing is said of that
 */
export function ratioAtMost(limit: number, besides?: keyof typeof absent): Target {
  const text = `≤ ${limit.toFixed(2)} × cargo`;
  return besides === undefined
    ? { text, met: ({ ratio }) => ratio.median <= limit }
    : {
        text: `${text}, ${besides}`,
        met: ({ ratio }, compiled) => ratio.median <= limit && absent[besides](compiled),
      };
}

const absent = {
  "no dependency compiled": ({ dependencies }: Compiled) => dependencies === 0,
  "nothing compiled": ({ units }: Compiled) => units === 0,
};
