import { gantryCommand } from "../scripts/gantryCommand.ts";
import type { Command } from "./case.ts";
import type { Side } from "./side.ts";

/** What a user types to build the project, with the state where the case wants it. */
export function buildCommand(side: Side, directory = side.directory): Command {
  const { env, state } = side;
  if (side.tool !== "gantry") {
    return {
      // By a flag: sccache takes `CARGO_TARGET_DIR` for an input, as it does most variables of Cargo's.
      argv: ["cargo", "build", "--release", "--locked", "--offline", "--target-dir", state],
      cwd: directory,
      env,
    };
  }
  return {
    argv: [gantryCommand, "build", "-C", directory, "--store", state, "--log-format", "json"],
    cwd: directory,
    env,
  };
}
