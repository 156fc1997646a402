/** Data as text, and functions, which a filter may be, as theirs. What a function closes over is not seen. */
export function asText(value: unknown): string {
  return JSON.stringify(value, (_, each) => (typeof each === "function" ? String(each) : each));
}
