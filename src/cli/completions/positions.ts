import type { CommandArguments, CommandTree, TreeOption, TreeValue } from "../../command/command.ts";

/** One place in the command line, as a shell sees it: the words before it, and what may follow. */
export type Position = {
  /** `""`, `store`, `store gc`. */
  readonly path: string;
  readonly commands: readonly CommandTree[];
  /** Its own options, and those that all commands take. */
  readonly options: readonly TreeOption[];
  readonly operands: readonly TreeValue[];
};

/** Every command of the tree with all that it takes, the program itself first. */
export function flattenTree(tree: CommandTree): readonly Position[] {
  const common = tree.options.filter((option) => option.long !== "--version");
  const visit = (node: CommandTree, path: string): readonly Position[] => [
    {
      path,
      commands: node.commands,
      options: node === tree ? tree.options : distinct([...node.options, ...common]),
      operands: node.operands,
    },
    ...node.commands.flatMap((child) => visit(child, path === "" ? child.name : `${path} ${child.name}`)),
  ];
  return visit(tree, "");
}

function distinct(options: readonly TreeOption[]): readonly TreeOption[] {
  return options.filter((option, at) => options.findIndex((other) => other.long === option.long) === at);
}

/** What a shell should offer for a value: one of some words, a directory, a file, or nothing it can know. */
export function completes(value: TreeValue): "choices" | "directory" | "file" | "nothing" {
  if (value.choices.length > 0) return "choices";
  if (value.placeholder === "DIR") return "directory";
  return value.placeholder === "PATH" ? "file" : "nothing";
}

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
