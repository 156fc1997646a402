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
