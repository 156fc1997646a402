import type { StoreGcOptions } from "../../command/storeGcOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";
import { parseSize } from "../parseSize.ts";

export const storeGcArguments: CommandArguments<StoreGcOptions> = {
  name: "store gc",
  summary: "remove what was not used lately",
  details:
    "What `./result` and other links of a build point to is kept, and so is whatever a build that runs at the " +
    "moment may use.",
  options: [
    {
      flags: "--max-size <SIZE>",
      summary: "keep the most recently used up to this size (`500M`, `20G`)",
      check: (value) => (parseSize(value) === undefined ? "not a size like `500M` or `20G`" : undefined),
    },
    {
      flags: "--keep-days <N>",
      summary: "keep what was used within so many days [default: 30]",
      check: (value) => (/^\d+$/.test(value) ? undefined : "not a number of days"),
    },
    { flags: "-n, --dry-run", summary: "say what would go, and remove nothing" },
  ],
  examples: [
    ["gantry store gc --max-size 20G", "for a build server, once a night"],
    ["gantry store gc --keep-days 30 --dry-run", "what a month without use would free"],
  ],
  read: (parsed) => {
    const size = parsed.value("max-size");
    const days = parsed.value("keep-days");
    return {
      maxBytes: size === undefined ? undefined : parseSize(size),
      keepDays: days === undefined ? undefined : Number(days),
      dryRun: parsed.flag("dry-run"),
    };
  },
};
