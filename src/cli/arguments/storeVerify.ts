import type { StoreVerifyOptions } from "../../command/storeVerifyOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const storeVerifyArguments: CommandArguments<StoreVerifyOptions> = {
  name: "store verify",
  summary: "read every file of the store and compare it with its digest",
  options: [{ flags: "--repair", summary: "remove what is damaged, so that it is made again" }],
  examples: [
    ["gantry store verify", "exits with 1 if something is damaged"],
    ["gantry store verify --repair", "and removes it"],
  ],
  read: (parsed) => ({ repair: parsed.flag("repair") }),
};
