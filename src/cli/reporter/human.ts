import { duration } from "../../base/format.ts";
import { linesTogether } from "./linesTogether.ts";
import type { Reporter, ReporterContext, Sink } from "./reporter.ts";
import { type Running, type RunningStep, runningNames, type Work } from "./running.ts";
import { displayWidth, type Paint, paint as painter, statusLine, truncate } from "./text.ts";
import { phaseWords, transcript, workName, workWords } from "./transcript.ts";

/** For a terminal: what finished as lines that stay, and below them a live region with what runs. */
export function humanReporter(context: ReporterContext): Reporter {
  const { out, err, now, colors, verbosity, signal } = context;
  const paint = painter(colors);
  const { running, event, overdue, end } = transcript(context, { isLive: true });
  const region = liveRegion(err, now);
  let stoppedAt: number | undefined;

  function draw(): void {
    if (verbosity < 0) return;
    const view = { paint, columns: err.columns(), now: now() };
    region.draw(() =>
      stoppedAt === undefined ? regionLines(running, view) : stoppingLines(running, { ...view, stoppedAt }),
    );
  }

  /** What runs may take seconds to end, and to be kept: that Ctrl-C was heard is shown at once. */
  function stop(): void {
    stoppedAt = now();
    draw();
  }
  signal?.addEventListener("abort", stop, { once: true });

  const printed = linesTogether(region.above);

  const timer = setInterval(() => {
    printed.flush();
    region.above(overdue());
    draw();
  }, 100);
  timer.unref();

  function close(): void {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    printed.flush();
    region.clear();
  }

  return {
    event(happened) {
      const lines = event(happened);
      if (happened.type === "output") printed.add(lines);
      else {
        printed.flush();
        region.above(lines);
      }
      if (happened.type === "handover") region.clear();
      else draw();
    },
    finish(ending) {
      const lines = end(ending);
      close();
      region.above(lines);
      if (ending.result !== undefined) out.write(ending.result);
    },
    close,
  };
}

/** The bottom lines of the terminal, which are redrawn, and the lines above them, which stay. */
type LiveRegion = {
  /** Writes lines that stay, above the region, in one write: it does not flicker. */
  above(lines: readonly string[]): void;
  /** Draws the region anew, at most every `drawEvery`; a draw that is left out is made up for by the next. */
  draw(lines: () => readonly string[]): void;
  clear(): void;
};

/** The least time between two draws, in milliseconds. */
const drawEvery = 50;

const erasedLine = "\x1b[2K";

function liveRegion(sink: Sink, now: () => number): LiveRegion {
  let drawn: readonly string[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;

  // The rows are counted in the terminal's width of now: one that was made narrower has broken the drawn lines.
  // They are erased one by one: to erase all from the screen's top on, tmux and others scroll it away, where it stays.
  function erasure(): string {
    if (drawn.length === 0) return "";
    const columns = Math.max(1, sink.columns());
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
    drawn = [];
    return `\r${erasedLine}${`\x1b[A${erasedLine}`.repeat(rows - 1)}`;
  }

  return {
    above: (lines) => {
      if (lines.length === 0) return;
      const again = drawn;
      sink.write(`${erasure()}${[...lines, ...again].join("\n")}${again.length === 0 ? "\n" : ""}`);
      drawn = again;
    },
    draw: (lines) => {
      if (now() - drawnAt < drawEvery) return;
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

/** More lines than this would push what was said out of a small window. */
const mostLines = 5;

type View = { readonly paint: Paint; readonly columns: number; readonly now: number };

/**
 * The columns that are left for what follows a verb. The last one stays free, since some terminals break a line that fills it;
 * and two more, since a terminal writes `^C` at the end of the line, which must not wrap.
 */
function roomIn(columns: number): number {
  return Math.max(10, columns - 16);
}

/**
 * The live region: a line for each step that runs, with a bar over its units, none wider than the terminal.
 */
function regionLines(running: Running, { paint, columns, now }: View): readonly string[] {
  const room = roomIn(columns);
  const line = (verb: string, rest: string): string => statusLine(paint, verb, truncate(rest, room));
  const lines = [
    ...[...running.work.values()]
      // Its line above has just been written.
      .filter((work) => !isUnmeasured(work) || now - work.since >= 1000)
      .map((work) => line(doing(work.what), workText(work, now, room))),
    ...[...running.steps.values()].map((step) => line("Building", stepText(step, now, room))),
  ];
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines - 1), line("", `… and ${lines.length - mostLines + 1} more`)];
}

/** One line: what is told to end, and for how long. */
function stoppingLines(
  running: Running,
  { paint, columns, now, stoppedAt }: View & { readonly stoppedAt: number },
): readonly string[] {
  const steps = [...running.steps.keys()];
  const work = [...running.work.values()].map(({ what, name }) =>
    workName(what, name ?? workWords[what]?.things ?? what),
  );
  const names = (steps.length > 0 ? steps : work).join(", ");
  if (names === "") return [];
  const text = `${names} ${duration((now - stoppedAt) / 1000)}: what is finished is kept`;
  return [statusLine(paint, "Stopping", truncate(text, roomIn(columns)))];
}

/** What is said of the phases of work, which are shown one by one as they go on. */
function doing(what: string): string {
  return phaseWords[what]?.doing ?? workWords[what]?.doing ?? "Preparing";
}

/**
 * How far work outside steps is: crates are counted; what has a name is measured in bytes, unless it is compiled or too small
 * for that.
 */
function workText(work: Work, now: number, room: number): string {
  const { what, name, done, total, since } = work;
  // Cargo may ask a server that does not answer again and again, and says nothing meanwhile.
  const elapsed = now - since < 1000 ? "" : ` ${duration((now - since) / 1000)}`;
  if (name === undefined) return `${bar(done, total, room)} ${done}/${total}${elapsed}`;
  if (isUnmeasured(work)) return `${workName(what, name)} ${duration((now - since) / 1000)}`;
  if (total < 1e6) return `${name} ${bar(done, total, room)}`;
  return `${name} ${bar(done, total, room)} ${Math.round(done / 1e6)}/${Math.round(total / 1e6)} MB`;
}

/** Work of which nobody knows how much it is: it is told by how long it takes. */
function isUnmeasured({ what, name, total }: Work): boolean {
  return name !== undefined && (total === 1 || what === "compile");
}

function stepText(step: RunningStep, now: number, room: number): string {
  const elapsed = duration(Math.max(0, (now - step.since) / 1000));
  if (step.units === 0) return `${step.name} ${elapsed}`;
  const names = runningNames(step).join(", ");
  const counts = `${step.name} ${bar(step.done, step.units, room)} ${step.done}/${step.units} ${elapsed}`;
  return names === "" ? counts : `${counts}: ${names}`;
}

/** It is as wide as leaves most of the line to names. */
function bar(done: number, total: number, room: number): string {
  const width = room < 50 ? 8 : room < 80 ? 12 : 24;
  const full = Math.min(width, Math.floor((width * done) / Math.max(1, total)));
  const body = full === width ? "=".repeat(width) : `${"=".repeat(full)}>`.padEnd(width);
  return `[${body}]`;
}
