import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Emit } from "../../engine/event.ts";

/**
 * Turns what happens into what a person or a program reads. Made for one command.
 *
 * This folder: the three reporters (`human.ts`, `plain.ts`, `json.ts`), and what they say.
 */
export type Reporter = {
  readonly event: Emit;
  /** The end: what went wrong, if anything did, the last line, and what the command has for standard output. */
  finish(ending: Ending): void;
  /** Leaves the terminal as it was; may be called at any time and more than once. */
  close(): void;
};

export type Ending = {
  readonly error: Diagnostic | undefined;
  /** What was finished, in the words of `CommandOutcome`. */
  readonly finished: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  /** For standard output, in whole lines. A person reads it last, where both go to one terminal. Default: nothing. */
  readonly result?: string | undefined;
};

/** Where a reporter writes, and what time it is; in tests neither is the real one. */
export type ReporterContext = {
  readonly out: Sink;
  readonly err: Sink;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
  readonly colors: boolean;
  readonly verbosity: number;
  /** Aborted where the command was told to stop, as by Ctrl-C. Default: it is never. */
  readonly signal?: AbortSignal;
};

export type Sink = {
  write(text: string): void;
  /** The width of the terminal now; it changes when the window does. */
  columns(): number;
};
