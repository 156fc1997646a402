/** Cargo's own arguments, and those after `--` for clippy or the test harness. */
export function splitAtDashes(words: readonly string[]): {
  extra: readonly string[];
  afterDashes: readonly string[];
} {
  const dashes = words.indexOf("--");
  if (dashes === -1) return { extra: words, afterDashes: [] };
  return { extra: words.slice(0, dashes), afterDashes: words.slice(dashes + 1) };
}
