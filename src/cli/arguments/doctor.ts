import type { CommandArguments } from "../commandArguments.ts";

export const doctorArguments: CommandArguments<object> = {
  name: "doctor",
  summary: "say what in the environment differs from the description, with the fix for each",
  examples: [["gantry doctor", "exits with 1 if something is to be fixed"]],
  read: () => ({}),
};
