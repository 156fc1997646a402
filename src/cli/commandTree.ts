/** The commands as plain data, read from the parser, so that completions cannot drift from it. */
export type CommandTree = {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly TreeOption[];
  readonly operands: readonly TreeValue[];
  readonly commands: readonly CommandTree[];
};

export type TreeOption = {
  readonly short: string | undefined;
  readonly long: string | undefined;
  readonly summary: string;
  /** Absent for flags. */
  readonly value: TreeValue | undefined;
};

/** A value on the command line: its placeholder (`DIR`, `NAME`) says what kind of thing it is. */
export type TreeValue = {
  readonly placeholder: string;
  readonly choices: readonly string[];
};
