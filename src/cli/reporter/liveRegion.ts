import { displayWidth } from "./displayWidth.ts";
import type { Sink } from "./reporter.ts";

/** The bottom lines of the terminal, which are redrawn, and the lines above them, which stay. */
export type LiveRegion = {
  /** Writes lines that stay, above the region, in one write: it does not flicker. */
  above(lines: readonly string[]): void;
  /** Draws the region anew, at most every 50 ms; a draw that is left out is made up for by the next. */
  draw(lines: () => readonly string[]): void;
  clear(): void;
};

const shortest = 50;

/** @param now milliseconds from any fixed moment. */
export function liveRegion(sink: Sink, now: () => number): LiveRegion {
  let drawn: readonly string[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;

  // A terminal that was made narrower has broken the drawn lines: they are counted in its width of now.
  function erasure(): string {
    if (drawn.length === 0) return "";
    const columns = Math.max(1, sink.columns());
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    drawn = [];
    return `\r${rows > 1 ? `\x1b[${rows - 1}A` : ""}\x1b[J`;
  }

  return {
    above: (lines) => {
      if (lines.length === 0) return;
      const again = drawn;
      sink.write(`${erasure()}${[...lines, ...again].join("\n")}${again.length === 0 ? "\n" : ""}`);
      drawn = again;
    },
    draw: (lines) => {
      if (now() - drawnAt < shortest) return;
      drawnAt = now();
      const next = lines();
      const erased = erasure();
      drawn = next;
      if (erased !== "" || next.length > 0) sink.write(`${erased}${next.join("\n")}`);
    },
    clear: () => {
      const erased = erasure();
      if (erased !== "") sink.write(erased);
    },
  };
}
