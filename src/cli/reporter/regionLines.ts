import { truncate } from "./displayWidth.ts";
import { duration } from "./duration.ts";
import type { Paint } from "./paint.ts";
import type { Running, RunningStep, Work } from "./running.ts";
import { statusLine } from "./statusLine.ts";

/** More lines than this would push what was said out of a small window. */
const mostLines = 5;

const verbs: Readonly<Record<string, string>> = {
  fetch: "Fetching",
  git: "Fetching",
  unpack: "Vendoring",
};

type View = { readonly paint: Paint; readonly columns: number; readonly now: number };

/**
 * The live region: a line for each step that runs, with a bar over its units, none wider than the terminal.
 */
export function regionLines(running: Running, { paint, columns, now }: View): readonly string[] {
  // The last column stays free: some terminals break a line that fills it.
  const room = Math.max(10, columns - 14);
  const line = (verb: string, rest: string): string => statusLine(paint, verb, truncate(rest, room));
  const lines = [
    ...[...running.work.values()].map((work) => line(verbs[work.what] ?? "Preparing", workText(work, room))),
    ...[...running.steps.values()].map((step) => line("Building", stepText(step, now, room))),
  ];
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines - 1), line("", `… and ${lines.length - mostLines + 1} more`)];
}

/** Crates are counted; what has a name is measured in bytes. */
function workText({ name, done, total }: Work, room: number): string {
  if (name === undefined) return `${bar(done, total, room)} ${done}/${total}`;
  return `${name} ${bar(done, total, room)} ${Math.round(done / 1e6)}/${Math.round(total / 1e6)} MB`;
}

function stepText(step: RunningStep, now: number, room: number): string {
  const elapsed = duration(Math.max(0, (now - step.since) / 1000));
  if (step.units === 0) return `${step.name} ${elapsed}`;
  const packages = step.packages.map((name) => name.split(" ")[0]).join(", ");
  const counts = `${step.name} ${bar(step.done, step.units, room)} ${step.done}/${step.units} ${elapsed}`;
  return packages === "" ? counts : `${counts}: ${packages}`;
}

function bar(done: number, total: number, room: number): string {
  const width = room < 50 ? 8 : 24;
  const full = Math.min(width, Math.floor((width * done) / Math.max(1, total)));
  const body = full === width ? "=".repeat(width) : `${"=".repeat(full)}>`.padEnd(width);
  return `[${body}]`;
}
