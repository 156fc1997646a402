import type { Diagnostic } from "../base/diagnostic.ts";

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
