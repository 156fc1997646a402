import type { Target } from "./case.ts";

/** Gantry's time divided by Cargo's, as the median over pairs. */
export function ratioAtMost(limit: number): Target {
  return { text: `≤ ${limit.toFixed(2)} × cargo`, met: ({ ratio }) => ratio.median <= limit };
}
