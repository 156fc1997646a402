import type { Sink } from "./reporter/reporter.ts";

/** The process around the command line, as far as it matters. */
export type Around = {
  readonly out: Sink;
  readonly err: Sink;
  readonly from: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: { readonly out: boolean; readonly err: boolean };
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Is told how to leave the terminal as it was, should the process end early. */
  readonly onClose: (close: () => void) => void;
};
