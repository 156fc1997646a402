import type { Operand, Option } from "../../command/command.ts";

/** The program, a group or a command as data, with what may follow its name. */
export type CommandTree = {
  /** The last word: `gc`. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
  readonly operands: readonly Operand[];
  readonly commands: readonly CommandTree[];
};

/** One place in the command line, as a shell sees it: the words before it, and what may follow. */
export type Position = {
  /** `""`, `store`, `store gc`. */
  readonly path: string;
  readonly commands: readonly CommandTree[];
  /** Its own options, and those that all commands take. */
  readonly options: readonly Option[];
  readonly operands: readonly Operand[];
};

/** Every command of the tree with all that it takes, the program itself first. */
export function positionsOf(tree: CommandTree): readonly Position[] {
  const common = tree.options.filter(({ name }) => name !== "version");
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

function distinct(options: readonly Option[]): readonly Option[] {
  return options.filter(({ name }, at) => options.findIndex((other) => other.name === name) === at);
}

/** `-p`, `--package`: the words for an option. */
export function flagsOf({ short, name }: Option): readonly string[] {
  return [...(short === undefined ? [] : [`-${short}`]), `--${name}`];
}

/** What a shell should offer for an operand: one of some words, a directory, or nothing that it can know. */
export function operandCompletion({ name, choices }: Operand): Completion {
  return completion(name, choices);
}

/** The same for the value of an option; undefined for a flag. */
export function valueCompletion({ value, choices }: Option): Completion | undefined {
  return value === undefined ? undefined : completion(value, choices);
}

export type Completion =
  | { readonly type: "choices"; readonly words: string }
  | { readonly type: "directory" | "file" | "nothing" };

function completion(placeholder: string, choices: readonly string[] = []): Completion {
  if (choices.length > 0) return { type: "choices", words: choices.join(" ") };
  if (placeholder === "DIR") return { type: "directory" };
  return { type: placeholder === "PATH" ? "file" : "nothing" };
}
