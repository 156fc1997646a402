import type { CommandArguments } from "../commandArguments.ts";

export const storeStatsArguments: CommandArguments<object> = {
  name: "store stats",
  summary: "count what the store holds",
  examples: [["gantry store stats", "results, units, trees and bytes"]],
  read: () => ({}),
};
