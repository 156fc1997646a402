import { ok } from "../../base/result.ts";
import type { Handler } from "../../command/command.ts";
import { bashCompletions } from "./bash.ts";
import { fishCompletions } from "./fish.ts";
import type { CompletionsOptions } from "./positions.ts";
import { zshCompletions } from "./zsh.ts";

/** `gantry completions SHELL`: the script for a shell, made from the commands as they are. */
export const completions: Handler<CompletionsOptions> = async ({ shell, tree }) => {
  const generate = shell === "zsh" ? zshCompletions : shell === "fish" ? fishCompletions : bashCompletions;
  return ok({ stdout: generate(tree) });
};
