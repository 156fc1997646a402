import type { Command } from "./case.ts";
import { isGantry, type Side } from "./side.ts";

/** What a user types to build the project, with the state where the case wants it. */
export function buildCommand(side: Side, directory = side.directory): Command {
  const { env, state } = side;
  if (!isGantry(side)) {
    return {
      // By a flag: sccache takes `CARGO_TARGET_DIR` for an input, as it does most variables of Cargo's.
      argv: [
        side.peer?.isCargo ? side.program : "cargo",
        "build",
        "--release",
        "--locked",
        "--offline",
        "--target-dir",
        state,
      ],
      cwd: directory,
      env,
    };
  }
  return {
    argv: [side.program, "build", "-C", directory, "--store", state, "--log-format", "json"],
    cwd: directory,
    env,
  };
}
