import type { StoreStatsOptions } from "../../command/storeStatsOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const storeStatsArguments: CommandArguments<StoreStatsOptions> = {
  name: "store stats",
  summary: "count what the store holds",
  options: [
    { flags: "--format <FORMAT>", summary: "how to print it [default: text]", choices: ["text", "json"] },
  ],
  examples: [["gantry store stats", "results, units, trees and bytes"]],
  read: (parsed) => ({ format: parsed.value("format") === "json" ? "json" : "text" }),
};
