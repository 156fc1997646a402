import type { CommandArguments } from "../commandArguments.ts";
import type { CommandTree } from "../commandTree.ts";

export type CompletionsOptions = { readonly shell: string; readonly tree: CommandTree };

export const completionsArguments: CommandArguments<CompletionsOptions> = {
  name: "completions",
  summary: "print shell completions",
  operands: [{ syntax: "<SHELL>", summary: "which shell", choices: ["bash", "zsh", "fish"] }],
  examples: [
    ["gantry completions bash > ~/.local/share/bash-completion/completions/gantry", ""],
    ["gantry completions zsh > ~/.zfunc/_gantry", ""],
    ["gantry completions fish > ~/.config/fish/completions/gantry.fish", ""],
  ],
  read: (parsed) => ({ shell: parsed.operands[0] ?? "", tree: parsed.tree() }),
};
