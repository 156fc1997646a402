import { createReadStream, readFileSync, statSync } from "node:fs";

/** In UTF-16 code units. Longer lines are data that was printed by mistake; they may hold more than memory does. */
const longestShown = 20_000;

/** A line as people are shown it; the log has the whole. */
export function shortened(line: string): string {
  return line.length > longestShown ? `${copied(line.slice(0, longestShown))}…` : line;
}

/** A part of a string keeps the whole in memory. */
function copied(part: string): string {
  return Buffer.from(part, "utf16le").toString("utf16le");
}

/** The last lines of a step, for a message about its failure: as many, and of that length together, in UTF-16 code units. */
const last = { lines: 2000, length: 2 ** 20 };

/** Keeps the last lines that are added, and some before them. */
export function lastLines(): { add(line: string): void; lines(): readonly string[] } {
  let recent: string[] = [];
  let length = 0;

  function shrink(): void {
    let from = Math.max(0, recent.length - last.lines);
    length = recent.slice(from).reduce((sum, line) => sum + line.length + 1, 0);
    // The last one stays, however long.
    for (; length > last.length && from < recent.length - 1; from += 1)
      length -= (recent[from]?.length ?? 0) + 1;
    recent = recent.slice(from);
  }

  return {
    add(line) {
      recent.push(shortened(line));
      length += Math.min(line.length, longestShown + 1) + 1;
      if (recent.length > 2 * last.lines || length > 2 * last.length) shrink();
    },
    lines: () => recent,
  };
}

/** In bytes. A log that is no longer is read as a whole. */
const small = 1024 * 1024;

/** How many lines are kept of one that is longer. Of others than those that tell something, `atEnd` of a run of them at each end. */
const most = { telling: 400_000, others: 200_000, atEnd: 1000 };

/**
 * The lines of a log; undefined where there is none. A test may print gigabytes: where very many lines follow each other that tell
 * nothing, those in the middle are left out.
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
  let [telling, others] = [0, 0];
  /** Since the last line that tells something. */
  let run: string[] = [];

  function endRun(): void {
    const kept = run.length > 2 * most.atEnd ? [...run.slice(0, most.atEnd), ...run.slice(-most.atEnd)] : run;
    run = [];
    others += kept.length;
    if (others <= most.others) for (const line of kept) lines.push(line);
  }

  let begun = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    const parts = `${begun}${chunk}`.split("\n");
    begun = shortened(parts.pop() ?? "");
    for (const line of parts) {
      if (telling < most.telling && tells(line)) {
        endRun();
        telling += 1;
        lines.push(copied(shortened(line)));
      } else {
        run.push(shortened(line));
        if (run.length > 4 * most.atEnd) run = [...run.slice(0, most.atEnd), ...run.slice(-most.atEnd)];
      }
    }
  }
  endRun();
  return lines;
}
