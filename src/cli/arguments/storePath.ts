import type { CommandArguments } from "../commandArguments.ts";

export const storePathArguments: CommandArguments<object> = {
  name: "store path",
  summary: "print where the store lies",
  examples: [['du -sh "$(gantry store path)"', "how much it holds"]],
  read: () => ({}),
};
