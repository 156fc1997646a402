import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { Case } from "../case.ts";
import { noOp } from "./noOp.ts";

/** One line in `README.md`, which no build reads. */
export const readmeEdit: Case = {
  name: "README edit",
  target: noOp.target,
  pairs: 5,
  edit: ({ directory }, round) => appendFile(join(directory, "README.md"), `\nEdited for round ${round}.\n`),
};
