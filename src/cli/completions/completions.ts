import { ok } from "../../base/result.ts";
import type { Command } from "../../command/command.ts";
import { bashCompletions } from "./bash.ts";
import type { CommandTree } from "./commandTree.ts";
import { fishCompletions } from "./fish.ts";
import { zshCompletions } from "./zsh.ts";

const shells = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions };

/**
 * `gantry completions SHELL`: the script for a shell, made from the commands as they are.
 *
 * This folder: the scripts, one file a shell.
 */
export function completions(tree: () => Promise<CommandTree>): Command<{ readonly shell: string }> {
  return {
    doing: "writing completions",
    operands: [{ name: "SHELL", summary: "which shell", choices: Object.keys(shells), required: true }],
    examples: [
      ["gantry completions bash > ~/.local/share/bash-completion/completions/gantry", ""],
      ["gantry completions zsh > ~/.zfunc/_gantry", ""],
      ["gantry completions fish > ~/.config/fish/completions/gantry.fish", ""],
    ],
    read: ({ operands: [shell = ""] }) => ({ shell }),
    async run({ shell }) {
      const generate = Object.entries(shells).find(([name]) => name === shell)?.[1] ?? bashCompletions;
      return ok({ stdout: generate(await tree()) });
    },
  };
}
