import { gantryCommand } from "../scripts/gantryCommand.ts";
import type { Command } from "./case.ts";
import type { Side } from "./side.ts";

/** What a user types to build the project, with the state where the case wants it. */
export function buildCommand(side: Side, directory = side.directory): Command {
  const { env, state } = side;
  if (side.tool === "cargo") {
    return {
      argv: ["cargo", "build", "--release", "--locked", "--offline"],
      cwd: directory,
      env: { ...env, CARGO_TARGET_DIR: state },
    };
  }
  return {
    argv: [gantryCommand, "build", "-C", directory, "--store", state, "--log-format", "json"],
    cwd: directory,
    env,
  };
}
