import { join } from "node:path";
import { editRust } from "../../scripts/editRust.ts";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";

/** One line in the library of the package that has the binary. */
export const libraryEdit: Case = {
  name: "library edit",
  target: ratioAtMost(1.1),
  pairs: 5,
  applies: (project) => project.library !== undefined,
  edit: async ({ directory, project }, round) => {
    if (project.library !== undefined) await editRust(join(directory, project.library), round);
  },
};
