import type { CommandTree } from "./commandTree.ts";

/** What a command takes, as data: the parser, its help and the completions are made from it. */
export type CommandArguments<Options = unknown> = {
  /** `build`; with a space for a command below another: `store gc`. */
  readonly name: string;
  /** One line for lists: lower case, no period. */
  readonly summary: string;
  /** More, for its own help. */
  readonly details?: string;
  readonly operands?: readonly Operand[];
  readonly options?: readonly OptionSpec[];
  /** What the words after `--` are; absent: there may be none. */
  readonly rest?: string;
  /** Command lines as one would type them, and what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  readonly read: (parsed: Parsed) => Options;
};

export type Operand = {
  /** `[NAME]`, `<NAME>` where it must be there, `[NAME...]` for any number. */
  readonly syntax: string;
  readonly summary: string;
  readonly choices?: readonly string[];
};

export type OptionSpec = {
  /** `-p, --package <PKG>`; without a placeholder it is a flag. */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly repeat?: boolean;
  /** Says what is wrong with a value, or undefined. */
  readonly check?: (value: string) => string | undefined;
};

/** A command line that was understood. Options go by their long name, without the dashes. */
export type Parsed = {
  readonly operands: readonly string[];
  /** The words after `--`. */
  readonly rest: readonly string[];
  /** The directory to act in, absolute. */
  readonly cwd: string;
  flag(name: string): boolean;
  value(name: string): string | undefined;
  values(name: string): readonly string[];
  /** All commands, for completions. */
  tree(): CommandTree;
};
