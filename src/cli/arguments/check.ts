import type { CheckOptions } from "../../command/checkOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const checkArguments: CommandArguments<CheckOptions> = {
  name: "check",
  summary: "realise all checks, or those named, in parallel",
  operands: [{ syntax: "[NAME...]", summary: "the checks to realise [default: all]" }],
  examples: [
    ["gantry check", "everything that CI asks for"],
    ["gantry check clippy fmt", "these two only"],
    ["gantry check --keep-going", "report every failure, not the first alone"],
  ],
  read: (parsed) => ({ names: parsed.operands }),
};
