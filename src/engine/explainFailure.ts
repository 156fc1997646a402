/** What the log of a failed step says about a cause that the sandbox knows. */
export type Explanation = { readonly notes: readonly string[]; readonly help: readonly string[] };

export function explainFailure(_lines: readonly string[]): Explanation {
  return { notes: [], help: [] };
}
