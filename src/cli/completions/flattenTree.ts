import type { CommandTree, TreeOption, TreeValue } from "../commandTree.ts";

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
