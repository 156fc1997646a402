import type { RunOptions } from "../../command/runOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const runArguments: CommandArguments<RunOptions> = {
  name: "run",
  summary: "build a package output, then run its binary",
  operands: [{ syntax: "[NAME]", summary: "the output to run [default: default]" }],
  rest: "arguments for the binary",
  examples: [
    ["gantry run", "build and run the default output"],
    ["gantry run server -- --port 8080", "pass arguments to it"],
  ],
  read: (parsed) => ({ name: parsed.operands[0], args: parsed.rest }),
};
