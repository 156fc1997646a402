import type { Case } from "../case.ts";

/** Nothing changed. */
export const noOp: Case = {
  name: "no-op",
  target: {
    text: "≤ 0.15 s, ≤ 3.00 × cargo",
    met: ({ gantry, ratio }) => gantry.median <= 0.15 && ratio.median <= 3,
  },
  pairs: 10,
  edit: async () => {},
};
