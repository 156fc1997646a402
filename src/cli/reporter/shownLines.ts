/** Remembers the last lines that a build printed, to know whether a log was seen while it came. */
export function shownLines(most = 400): { add(line: string): void; has(line: string): boolean } {
  const lines = new Set<string>();
  return {
    add: (line) => {
      lines.delete(line);
      lines.add(line);
      const [oldest] = lines;
      if (lines.size > most && oldest !== undefined) lines.delete(oldest);
    },
    has: (line) => lines.has(line),
  };
}
