import type { WithOptions } from "../../command/withOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const withArguments: CommandArguments<WithOptions> = {
  name: "with",
  summary: "run a command with local packages in the place of dependencies",
  details:
    "Finds in Cargo.lock where each dependency comes from, and has this one command build against the local " +
    "directory instead. Nothing of it lasts: Cargo.lock is put back when the command ends.",
  operands: [
    {
      syntax: "<DEP=PATH...>",
      summary: "a dependency and the directory of its package, or of a workspace that has it",
    },
  ],
  rest: "the command: cargo with any verb, or gantry build, check, run",
  examples: [
    ["gantry with my-dep=../my-dep -- cargo test", "test against a local checkout"],
    ["gantry with a=../repo b=../repo -- cargo build", "two packages of one repository"],
    ["gantry with my-dep@1.2.3=../my-dep -- gantry build", "of two locked versions, one; in the sandbox"],
  ],
  read: (parsed) => ({
    overrides: parsed.operands,
    command: parsed.rest,
    self: [process.execPath, ...process.execArgv, process.argv[1] ?? ""],
  }),
};
