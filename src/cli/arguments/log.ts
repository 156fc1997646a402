import type { LogOptions } from "../../command/logOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const logArguments: CommandArguments<LogOptions> = {
  name: "log",
  summary: "print the log of a step",
  operands: [{ syntax: "<NAME>", summary: "the step, as the build named it" }],
  examples: [["gantry log app-deps", "what the last build of the dependency layer printed"]],
  read: (parsed) => ({ name: parsed.operands[0] ?? "" }),
};
