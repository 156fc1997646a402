import { removeTree } from "../../scripts/removeTree.ts";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";

/** An empty target directory, an empty store; the crates are downloaded. */
export const cold: Case = {
  name: "cold",
  target: ratioAtMost(1.05),
  pairs: 2,
  prepare: async () => {},
  edit: (side) => removeTree(side.state),
};
