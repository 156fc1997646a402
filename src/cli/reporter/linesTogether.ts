/** Lines that are written together with those that come right after them. */
type LinesTogether = {
  add(lines: readonly string[]): void;
  /** Has to be called before anything else is written there. */
  flush(): void;
};

/** More are not held back. */
const most = 1000;

/**
 * Has lines that come at once be written at once: of a step that prints very many, each would cost a call of the system
 * otherwise, and on a terminal the live region would be drawn anew for each. What comes from the system comes in pieces of many
 * lines; before anything else happens they are written.
 */
export function linesTogether(write: (lines: readonly string[]) => void): LinesTogether {
  let held: string[] = [];

  function flush(): void {
    if (held.length === 0) return;
    const lines = held;
    held = [];
    write(lines);
  }

  return {
    add(lines) {
      if (lines.length === 0) return;
      if (held.length === 0) queueMicrotask(flush);
      for (const line of lines) held.push(line);
      if (held.length >= most) flush();
    },
    flush,
  };
}
