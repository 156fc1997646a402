import type { Diagnostic } from "../base/diagnostic.ts";

/** What `refuse` throws: an error for whoever evaluates the configuration to catch and show. */
export type Refused = Error & { readonly diagnostic: Diagnostic };

export function isRefused(thrown: unknown): thrown is Refused {
  return thrown instanceof Error && "diagnostic" in thrown;
}

/**
 * More frames than lie between a configuration's line and where its mistake is noticed; V8 keeps 10 by
 * default.
 */
const deepest = 100;

/**
 * Ends the evaluation of a configuration. The functions that a configuration calls return what they describe
 * and not a `Result`, so a mistake in their arguments must travel as an exception; its stack names the line.
 */
export function refuse(diagnostic: Diagnostic): never {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = deepest;
  const refused: Refused = Object.assign(new Error(diagnostic.message), { diagnostic });
  Error.stackTraceLimit = limit;
  throw refused;
}
