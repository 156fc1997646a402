import type { Command } from "../command.ts";
import type { WithOptions } from "./runWith.ts";

/**
 * `gantry with`: becomes a command of Cargo, or of Gantry, that builds against local packages in the place of
 * locked ones. Nothing of it lasts: `Cargo.lock`, which Cargo would rewrite, is put back when the command
 * ends, or, should this process be killed, by the next command of Gantry.
 *
 * This folder: the course of it (`runWith.ts`), the command after `--` (`cargoCommand.ts`), what replaces what
 * (`localOverride.ts`), Cargo's part (`resolveLocally.ts`), and the copy that Gantry builds in
 * (`composedProject.ts`).
 */
export const gantryWith: Command<WithOptions> = {
  doing: "overriding dependencies",
  details:
    "Finds in Cargo.lock where each dependency comes from, and has this one command build against the local " +
    "directory instead. Nothing of it lasts: Cargo.lock is put back when the command ends.",
  operands: [
    {
      name: "DEP=PATH",
      summary: "a dependency and the directory of its package, or of a workspace that has it",
      required: true,
      repeat: true,
    },
  ],
  takesRest: "required",
  examples: [
    ["gantry with my-dep=../my-dep -- cargo test", "test against a local checkout"],
    ["gantry with a=../repo b=../repo -- cargo build", "two packages of one repository"],
    ["gantry with my-dep@1.2.3=../my-dep -- gantry build", "of two locked versions, one; in the sandbox"],
  ],
  read: ({ operands, rest }) => ({ overrides: operands, command: rest }),
  async run(options, emit) {
    const { runWith } = await import("./runWith.ts");
    return runWith(options, emit);
  },
};
