import type { Case } from "../case.ts";

/** Nothing changed. */
export const noOp: Case = {
  name: "no-op",
  target: {
    text: "≤ 0.09 s, ≤ 1.50 × cargo",
    met: ({ gantry, ratio }) => gantry.median <= 0.09 && ratio.median <= 1.5,
  },
  pairs: 10,
  edit: async () => {},
};
