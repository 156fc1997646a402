/** A place in a text file. Lines and columns count from 1; a column counts UTF-16 code units. */
export type Place = {
  /** As the user would type it: relative to the project where possible. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many characters to underline. Default: 1. */
  readonly length?: number;
  /** The whole line, without its line break, to be shown. Absent: only `file:line:column` is shown. */
  readonly text?: string;
  /** What is said beside the underline. */
  readonly label?: string;
};

/**
 * One thing that went wrong, as a value: what, where, why, and the next command.
 *
 * The form and the manners are rustc's: lower case, no final period, names in back-ticks.
 * `code` is stable; documentation and tests refer to it.
 *
 * @example
 * diagnostic("lock-missing", "`Cargo.lock` not found", { help: ["cargo generate-lockfile"] })
 */
export type Diagnostic = {
  readonly code: string;
  readonly message: string;
  readonly place?: Place;
  /** Facts that explain. */
  readonly notes: readonly string[];
  /** What to do; a command where there is one. */
  readonly help: readonly string[];
  /** What lay beneath, outermost first; shown as `Caused by:`. */
  readonly causes: readonly string[];
  /** The log of a step that failed, to be shown verbatim above the message. */
  readonly log?: string;
  /** What else went wrong at the same time, independently of this. */
  readonly also?: readonly Diagnostic[];
  /** Which exit status this is. */
  readonly status: ExitStatus;
};

/**
 * A mistake in the command line or configuration is 2, all else 1; but a program that the user wanted to have run, and that is
 * not there or cannot be run, is what shells say of it (POSIX.1-2024, "Exit Status for Commands").
 */
type ExitStatus = 1 | 2 | typeof notFound | typeof notExecutable;

export const notFound = 127;
export const notExecutable = 126;

type Details = {
  place?: Place | undefined;
  notes?: readonly string[];
  help?: readonly string[];
  causes?: readonly string[];
  log?: string;
  status?: ExitStatus;
};

export function diagnostic(code: string, message: string, details: Details = {}): Diagnostic {
  return {
    code,
    message,
    ...(details.place && { place: details.place }),
    notes: details.notes ?? [],
    help: details.help ?? [],
    causes: details.causes ?? [],
    ...(details.log !== undefined && { log: details.log }),
    status: details.status ?? 1,
  };
}

/** The place at `offset` (in UTF-16 code units) of `text`, with its line, for showing to a person. */
export function placeAt(file: string, text: string, offset: number, length = 1): Place {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const newline = text.indexOf("\n", offset);
  const end = newline === -1 ? text.length : newline;
  const line = text.slice(0, start).split("\n").length;
  const column = offset - start + 1;
  const shown = Math.max(1, Math.min(length, end - offset));
  return { file, line, column, length: shown, text: text.slice(start, end).replace(/\r$/, "") };
}

/** What went wrong at once, as one diagnostic: the first, with the others beside it. */
export function together(first: Diagnostic, also: readonly Diagnostic[]): Diagnostic {
  return also.length > 0 ? { ...first, also } : first;
}

/**
 * Names as a message lists them.
 *
 * @example
 * backticked(["serde", "libc"]) // "`serde`, `libc`"
 */
export function backticked(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
