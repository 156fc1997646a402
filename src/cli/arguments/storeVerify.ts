import type { CommandArguments } from "../commandArguments.ts";

export const storeVerifyArguments: CommandArguments<object> = {
  name: "store verify",
  summary: "read every file of the store and compare it with its digest",
  examples: [["gantry store verify", "exits with 1 if something is damaged"]],
  read: () => ({}),
};
