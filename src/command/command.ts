import type { Diagnostic } from "../base/diagnostic.ts";
import type { Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";

/**
 * One command, without the command line: options in, outcome out. It neither prints nor exits; what a
 * person should see while it works goes through `emit`.
 */
export type Handler<Options = unknown> = (
  options: GlobalOptions & Options,
  emit: Emit,
) => Promise<Result<CommandOutcome>>;

/** What every command is told by the flags that all commands share. Paths are absolute. */
export type GlobalOptions = {
  /** Where to act (`-C`): the search for the project and relative operands start here. */
  readonly cwd: string;
  /** How many processes may work at once (`-j`); absent: as many as there are processors. */
  readonly jobs: number | undefined;
  /** Go on with what does not depend on a step that failed. */
  readonly keepGoing: boolean;
  /** Reach no network. */
  readonly offline: boolean;
  /** Write no lock file. */
  readonly frozen: boolean;
  /** Run steps again whose results are known, and compare the bytes. */
  readonly rebuild: boolean;
  /** Where the store lies; absent: `$XDG_CACHE_HOME/gantry`. */
  readonly store: string | undefined;
  readonly sandbox: SandboxChoice;
  /** `-v` once is 1, twice 2; `-q` is -1; else 0. */
  readonly verbosity: number;
  /** Aborted by the first Ctrl-C or SIGTERM: stop what runs, keep the store whole, return. */
  readonly signal: AbortSignal;
};

/** How steps are isolated: `auto` is bubblewrap where it works, and else `none`, said plainly. */
export type SandboxChoice = "bwrap" | "none" | "auto";

/** What a command leaves for the command line to do: print, exit, or become another program. */
export type CommandOutcome = {
  /** For standard output, verbatim: what a program would consume. A missing last line break is added. */
  readonly stdout?: string;
  /** The exit status where it is not 0, of a command that went well but whose answer is no. */
  readonly status?: number;
  /** What was finished, for the last line (`Finished app in 12.1s`); absent: there is no such line. */
  readonly finished?: string;
  /** Where each output lies, by its name; part of the last line of `--log-format json`. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** Becomes this program once all is printed; its exit status is then Gantry's. */
  readonly exec?: Exec;
};

export type Exec = {
  /** A first word without a slash is looked up on the `PATH` of `env`. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Default: the directory that Gantry was started in. */
  readonly cwd?: string;
  /** Called once it ended, however it did; the warnings are shown. */
  readonly afterwards?: () => readonly Diagnostic[];
};

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

type Operand = {
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
