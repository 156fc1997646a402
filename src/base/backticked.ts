/**
 * Names as a message lists them.
 *
 * @example
 * backticked(["serde", "libc"]) // "`serde`, `libc`"
 */
export function backticked(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
