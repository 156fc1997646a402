import type { Diagnostic } from "../base/diagnostic.ts";
import type { Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";
import type { Wanted } from "../sandbox/chooseSandbox.ts";

// This folder: the commands, one file each, with what the command takes and what it does. A command neither
// prints nor exits.

/**
 * A command: what it takes, as data, from which the command line makes its parser, its help and the shells'
 * completions; and what it does.
 *
 * The file of a command is loaded for its help, too. What only `run` needs (the engine, the store) is therefore
 * imported in `run`, by `await import`.
 */
export type Command<Options extends object = object> = {
  /**
   * What it does, for the message when the operating system refuses something (a full disk, a store that is not
   * writable): `building failed: …`. Such an exception passes through `run`.
   */
  readonly doing: string;
  /** What is said with `interrupted`. Default: what is finished is kept, and the next build goes on from there. */
  readonly interrupted?: string;
  /** Paragraphs for its help, below the summary. */
  readonly details?: string;
  readonly operands?: readonly Operand[];
  readonly options?: readonly Option[];
  /** Whether words may follow `--`; `required`: a command has to. */
  readonly takesRest?: boolean | "required";
  /** Command lines as one would type them, and what they do. */
  readonly examples: readonly (readonly [line: string, does: string])[];
  /** The command's own options, from a command line that fits `operands` and `options`. */
  read(args: Arguments): Options;
  /** What a person should see while it works goes through `emit`. */
  run(options: GlobalOptions & Options, emit: Emit): Promise<Result<CommandOutcome>>;
};

export type Operand = {
  /** As the help names it: `NAME`. `DIR` is completed with directories. */
  readonly name: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** Any number of them. */
  readonly repeat?: boolean;
};

export type Option = {
  /** Without dashes: `out-link`. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** What the help calls the value: `PKG`; absent: a flag. `DIR` and `PATH` are completed with files. */
  readonly value?: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** It may stand there more than once, and every time counts; otherwise the last counts. */
  readonly repeat?: boolean;
  /** All words after it are its values. */
  readonly takesRest?: boolean;
  /** What is wrong with a value (`not a number of days`), or undefined. */
  readonly check?: (value: string) => string | undefined;
};

/** What a command line gives, to be read by a command. Options go by their `name`. */
export type Arguments = {
  readonly operands: readonly string[];
  /** The words after `--`. */
  readonly rest: readonly string[];
  /** The directory to act in, absolute: relative operands count from here. */
  readonly cwd: string;
  /** How often a flag is there. */
  count(name: string): number;
  values(name: string): readonly string[];
  /** The last value of an option. */
  value(name: string): string | undefined;
  /** The last value of an option with `choices`, which are the same as those of the option. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
};

/** What every command is told by the options that all commands share. Paths are absolute. */
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
  /** Where the store lies; absent: see `defaultStore`. */
  readonly store: string | undefined;
  /** The shared cache to use, a URL or `none`; absent: what environment and configuration say. */
  readonly cache: string | undefined;
  /** Say at the end what the shared cache did. */
  readonly cacheReport: boolean;
  /** How this Gantry is started, for a process that goes on when the command has ended. */
  readonly self?: readonly [string, ...string[]];
  /** Standard input, opened when it is asked for. */
  readonly input?: () => NodeJS.ReadableStream;
  /** How steps are isolated: `auto` is the best that can be had, said plainly where that is not `full`. */
  readonly sandbox: Wanted;
  /** `-v` once is 1, twice 2; `-q` is -1; else 0. */
  readonly verbosity: number;
  /** Aborted by the first Ctrl-C or SIGTERM: stop what runs, keep the store whole, return. */
  readonly signal: AbortSignal;
  /** Asks who sits at the terminal; absent where nobody does. */
  readonly ask?: Ask;
};

/** Questions to a person. Undefined for an answer: they would rather stop. */
export type Ask = {
  choose<Value extends string>(
    question: string,
    choices: readonly Choice<Value>[],
  ): Promise<readonly Value[] | undefined>;
  confirm(question: string): Promise<boolean | undefined>;
};

type Choice<Value extends string> = {
  readonly value: Value;
  /** What it means. */
  readonly hint: string;
};

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

/** A program that takes the place of this one, with its terminal. */
export type Exec = {
  /** The program and its arguments. `gantry` is this Gantry; else a name without a slash is looked up on the `PATH`. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment; default: that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the directory that Gantry was started in. */
  readonly cwd?: string;
  /** Called once it ended, however it did; the warnings are shown. */
  readonly afterwards?: () => readonly Diagnostic[];
};
