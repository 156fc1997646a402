import { join } from "node:path";
import { editRust } from "../../scripts/editRust.ts";
import type { Case } from "../case.ts";
import { ratioAtMost } from "../ratioAtMost.ts";

/** One line in a workspace member that most others depend on. */
export const memberEdit: Case = {
  name: "member edit",
  target: ratioAtMost(1.1),
  pairs: 5,
  applies: (project) => project.member !== undefined,
  edit: async ({ directory, project }, round) => {
    if (project.member !== undefined) await editRust(join(directory, project.member), round);
  },
};
