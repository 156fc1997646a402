import type { Diagnostic } from "./diagnostic.ts";

/** What went wrong at once, as one diagnostic: the first, with the others beside it. Undefined for none. */
export function together(diagnostics: readonly Diagnostic[]): Diagnostic | undefined {
  const [first, ...also] = diagnostics;
  return first && also.length > 0 ? { ...first, also } : first;
}
