import { join } from "node:path";
import { editRust } from "../../scripts/editRust.ts";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";

/** One line in the binary's `main.rs`. */
export const leafEdit: Case = {
  name: "leaf edit",
  target: ratioAtMost(1.1),
  pairs: 5,
  edit: ({ directory, project }, round) => editRust(join(directory, project.main), round),
};
