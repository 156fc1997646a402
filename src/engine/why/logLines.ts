import { createReadStream, readFileSync, statSync } from "node:fs";

/** In UTF-16 code units. Longer lines are data that was printed by mistake; they may hold more than memory does. */
const longestShown = 20_000;

/** A line as people are shown it; the log has the whole. */
export function shortened(line: string, longest = longestShown): string {
  return line.length > longest ? `${copied(line.slice(0, longest))}…` : line;
}

/** A part of a string keeps the whole in memory: so does a line what was read with it. */
export function copied(part: string): string {
  return Buffer.from(part, "utf16le").toString("utf16le");
}

/** So many lines, and of that length together, in UTF-16 code units. */
type Amount = { readonly lines: number; readonly length: number };

/** The last lines of a step, for a message about its failure. */
const last: Amount = { lines: 2000, length: 2 ** 20 };

/** Keeps the last lines that are added, each `shortened`. */
export function lastLines(most: Amount = last): { add(line: string): void; lines(): readonly string[] } {
  let recent: string[] = [];
  let length = 0;

  function shrink(): void {
    let from = Math.max(0, recent.length - most.lines);
    length = recent.slice(from).reduce((sum, line) => sum + line.length + 1, 0);
    // The last one stays, however long.
    for (; length > most.length && from < recent.length - 1; from += 1)
      length -= (recent[from]?.length ?? 0) + 1;
    recent = recent.slice(from);
  }

  return {
    add(line) {
      recent.push(shortened(line));
      length += Math.min(line.length, longestShown + 1) + 1;
      if (recent.length > 2 * most.lines || length > 2 * most.length) shrink();
    },
    lines() {
      shrink();
      return recent;
    },
  };
}

/**
 * The lines of a file, those of each piece of it that was read. However long the file is, and a line of it, little is in memory.
 *
 * @param longest in UTF-16 code units: of a longer line there is the beginning, and an ellipsis
 */
export async function* linesIn(file: string, longest = longestShown): AsyncGenerator<readonly string[]> {
  let begun = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    const parts = `${begun}${chunk}`.split("\n");
    begun = shortened(parts.pop() ?? "", longest);
    yield parts.map((line) => shortened(line, longest));
  }
}

/** Says of one line after the other whether there is room for it, too. From the first on for which there is none, there is none. */
export function roomFor({ lines, length }: Amount): (line: string) => boolean {
  let left = { lines, length };
  return (line) => {
    left = { lines: left.lines - 1, length: left.length - line.length - 1 };
    return left.lines >= 0 && left.length >= 0;
  };
}

/** In bytes. A log that is no longer is read as a whole. */
const small = 1024 * 1024;

/** How much is kept of one that is longer. Of others than those that tell something, `atEnd` of a run of them at each end. */
const most = {
  telling: { lines: 400_000, length: 2 ** 25 },
  others: { lines: 200_000, length: 2 ** 24 },
  atEnd: { lines: 1000, length: 2 ** 18 },
} satisfies Record<string, Amount>;

/**
 * The lines of a log; undefined where there is none. A test may print gigabytes: where very much follows that tells nothing, what is
 * in the middle is left out.
 *
 * @param tells whether a line tells something by itself: those are all there, and the lines around them
 */
export async function tellingLines(
  file: string,
  tells: (line: string) => boolean,
): Promise<readonly string[] | undefined> {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return undefined;
  if (size <= small) return readFileSync(file, "utf8").split("\n").slice(0, -1);
  const lines: string[] = [];
  const [isRoomFor, isRoomForOther] = [roomFor(most.telling), roomFor(most.others)];
  let run = runOfOthers();

  function endRun(): void {
    for (const line of run.lines()) if (isRoomForOther(line)) lines.push(copied(line));
    run = runOfOthers();
  }

  for await (const read of linesIn(file)) {
    for (const line of read) {
      if (tells(line) && isRoomFor(line)) {
        endRun();
        lines.push(copied(line));
      } else run.add(line);
    }
  }
  endRun();
  return lines;
}

/** Lines that tell nothing, since the last that does: those at both ends. */
function runOfOthers(): ReturnType<typeof lastLines> {
  const first: string[] = [];
  const later = lastLines(most.atEnd);
  const isRoomFor = roomFor(most.atEnd);
  return {
    add(line) {
      if (isRoomFor(line)) first.push(line);
      else later.add(line);
    },
    lines: () => [...first, ...later.lines()],
  };
}
