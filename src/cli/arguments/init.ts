import type { InitOptions } from "../../command/initOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const initArguments: CommandArguments<InitOptions> = {
  name: "init",
  summary: "look at the project and write `gantry.config.ts`",
  options: [
    { flags: "-y, --yes", summary: "ask nothing, take every default" },
    { flags: "--pedantic", summary: "turn Clippy's pedantic lints on in Cargo.toml" },
  ],
  examples: [
    ["gantry init", "asks what else to write"],
    ["gantry init --yes", "for scripts"],
  ],
  read: (parsed) => ({ yes: parsed.flag("yes"), pedantic: parsed.flag("pedantic") }),
};
