/**
 * Whether the standard error of a failed `cargo … --unit-graph -Z unstable-options` says that this Cargo
 * prints no unit graph, whatever it is asked to plan. It does not know the flag before 1.45 (worded by clap
 * 2, 3 and 4), or does not take it on its channel (wording of Cargo 1.95 without `RUSTC_BOOTSTRAP`).
 *
 * @example
 * printsNoUnitGraph(["error: unexpected argument '--unit-graph' found"]) // true
 */
export function printsNoUnitGraph(said: readonly string[]): boolean {
  return said.some((line) => refusals.some((refusal) => refusal.test(line)));
}

const refusals = [
  /^error: (?:Found|unexpected) argument ['`]--unit-graph['`]/,
  /^error: the `--unit-graph` flag is unstable, and only available on the nightly channel of Cargo/,
  /^error: the `-Z` flag is only accepted on the nightly channel of Cargo/,
  /^error: unknown `-Z` flag specified: unstable-options/,
];
