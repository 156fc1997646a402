/**
 * What Cargo says before it gives up, one entry a `Caused by:`, the error itself first: without its status
 * lines, its indentation and the word `error`.
 *
 * @example
 * errorChain(["error: failed to load", "", "Caused by:", "  no such file"]) // ["failed to load", "no such file"]
 */
export function errorChain(lines: readonly string[]): string[] {
  const start = lines.findIndex((line) => line.startsWith("error"));
  const said = start === -1 ? lines : lines.slice(start);
  return said
    .join("\n")
    .split(/^\s*Caused by:\n/m)
    .map((one) =>
      one
        .replace(/^error(\[\w+\])?: /, "")
        .replace(/^ {2}/gm, "")
        .trim(),
    )
    .filter((one) => one !== "");
}
