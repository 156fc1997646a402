import type { Diagnostic } from "../../base/diagnostic.ts";

/** What `refuse` throws: an error for whoever evaluates the configuration to catch and show. */
export type Refused = Error & { readonly diagnostic: Diagnostic };

/**
 * Ends the evaluation of a configuration. The functions that a configuration calls return what they describe
 * and not a `Result`, so a mistake in their arguments must travel as an exception; its stack names the line.
 */
export function refuse(diagnostic: Diagnostic): never {
  const refused: Refused = Object.assign(new Error(diagnostic.message), { diagnostic });
  throw refused;
}
