import type { ShowOptions } from "../../command/showOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const showArguments: CommandArguments<ShowOptions> = {
  name: "show",
  summary: "list what the project offers: packages and checks",
  options: [
    { flags: "--format <FORMAT>", summary: "how to print it [default: text]", choices: ["text", "json"] },
  ],
  examples: [["gantry show --format json", "for a program"]],
  read: (parsed) => ({ format: parsed.value("format") === "json" ? "json" : "text" }),
};
