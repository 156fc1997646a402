import type { WhyOptions } from "../../command/whyOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const whyArguments: CommandArguments<WhyOptions> = {
  name: "why",
  summary: "say why the last build did what it did",
  operands: [{ syntax: "[NAME]", summary: "a step, or a package whose units were compiled" }],
  examples: [
    ["gantry why", "which inputs changed since the build before"],
    ["gantry why serde", "why `serde` was compiled again"],
  ],
  read: (parsed) => ({ name: parsed.operands[0] }),
};
