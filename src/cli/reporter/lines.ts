import type { Diagnostic } from "../../base/diagnostic.ts";
import { unreachable } from "../../base/narrowing.ts";
import type { EngineEvent } from "../../engine/event.ts";
import type { UnitName } from "../../units/layout/unitMessages.ts";
import { renderDiagnostic } from "./renderDiagnostic.ts";
import type { Ending } from "./reporter.ts";
import { cargoStatus } from "./running.ts";
import { duration, harmless, type Paint, statusLine } from "./text.ts";

/** What is said of each kind of work outside steps, while it goes on and when it is done. */
const work: Readonly<Record<string, { readonly done: string; readonly things: string }>> = {
  fetch: { done: "Fetched", things: "crates" },
  unpack: { done: "Vendored", things: "crates" },
  git: { done: "Fetched", things: "checkouts" },
};

/**
 * The lines that an event leaves behind for a person, in Cargo's words. A package is named once, whether
 * Cargo said that it began or a unit says that it is done. A warning is said once by its code and its place,
 * or message.
 */
export function narrator(paint: Paint, verbosity: number): (event: EngineEvent) => readonly string[] {
  const named = new Set<string>();
  const preparing = new Set<string>();
  const warned = new Set<string>();
  const status = (verb: string, rest: string, from = 0): readonly string[] =>
    verbosity >= from ? [statusLine(paint, verb, rest)] : [];

  function once(verb: string, step: string, name: string, rest: string): readonly string[] {
    const key = `${step}\n${name}`;
    if (named.has(key)) return [];
    named.add(key);
    return status(verb, rest);
  }

  function output(step: string, line: string): readonly string[] {
    const cargo = cargoStatus(line);
    if (cargo?.package !== undefined) return once(cargo.verb, step, cargo.package, cargo.rest);
    return cargo === undefined ? [harmless(line, paint.colors)] : status(cargo.verb, cargo.rest, 1);
  }

  /** Said when it begins: it is silent for seconds, and done only once for each store. */
  function prepared(name: string): readonly string[] {
    if (preparing.has(name)) return [];
    preparing.add(name);
    return status("Preparing", name);
  }

  return (event) => {
    switch (event.type) {
      case "step-started":
        return [];
      case "step": {
        const took = `${event.step} in ${duration(event.seconds)}`;
        if (event.status === "failed")
          return verbosity >= 0 ? [`${paint.error("Failed".padStart(12))} ${took}`] : [];
        if (event.status === "stopped") return status("Stopped", took);
        if (event.status === "built") return status("Built", took);
        return event.status === "fetched" ? status("Fetched", took) : status("Cached", event.step, 1);
      }
      case "plan":
        return event.restored === 0 ? [] : status("Restored", count(event.restored, "units", event.step));
      case "unit": {
        const name = `${event.package} v${event.version}`;
        if (event.status === "compiled") return once(verbFor(event), event.step, name, name);
        return status(event.status === "restored" ? "Restored" : "Fetched", `${name} (${event.target})`, 2);
      }
      case "output":
        return output(event.step, event.line);
      case "progress": {
        if (event.name !== undefined) return prepared(event.name);
        const known = work[event.what];
        const done = event.total > 0 && event.done === event.total;
        return known && done ? status(known.done, count(event.total, known.things)) : [];
      }
      case "warning": {
        const { code, message, place } = event.diagnostic;
        const key = place ? `${code} ${place.file}:${place.line}` : `${code} ${message}`;
        if (warned.has(key)) return [];
        warned.add(key);
        return renderDiagnostic(event.diagnostic, { level: "warning", paint }).split("\n");
      }
      case "note":
        return verbosity >= 0 ? [`${paint.note("note")}${paint.strong(":")} ${event.text}`] : [];
      default:
        return unreachable(event);
    }
  };
}

function verbFor(unit: UnitName): string {
  return unit.mode === "check" ? "Checking" : unit.mode === "doc" ? "Documenting" : "Compiling";
}

function count(number: number, things: string, of?: string): string {
  const counted = `${number} ${number === 1 ? things.slice(0, -1) : things}`;
  return of === undefined ? counted : `${counted} of ${of}`;
}

type Said = {
  readonly paint: Paint;
  readonly verbosity: number;
  readonly seconds: number;
  /** Whether a line was shown already: a log that was shown while it came is not shown again. */
  readonly shown: (line: string) => boolean;
};

/** The last lines for a person: the error, or what was finished and how long it took. */
export function endingLines(
  { error, finished }: Ending,
  { paint, verbosity, seconds, shown }: Said,
): readonly string[] {
  if (error)
    return [error, ...(error.also ?? [])].flatMap((found) => errorLines(found, { paint, verbosity, shown }));
  if (finished === undefined || verbosity < 0) return [];
  return [statusLine(paint, "Finished", `${finished} in ${duration(seconds)}`)];
}

function errorLines(
  error: Diagnostic,
  { paint, verbosity, shown }: Omit<Said, "seconds">,
): readonly string[] {
  const last = error.log?.trimEnd().split("\n").at(-1) ?? "";
  const { log: _, ...withoutLog } = error;
  const all = verbosity > 0 ? Number.POSITIVE_INFINITY : undefined;
  const said = last !== "" && shown(last) ? withoutLog : error;
  return renderDiagnostic(said, { level: "error", paint, ...(all && { logLines: all }) }).split("\n");
}

/**
 * Keeps lines of steps that run side by side from mixing: while more than one runs, a step's lines are held
 * back until a blank line ends the paragraph (as it ends each of rustc's diagnostics), the step ends, or it
 * has been silent for a while.
 */
type Blocks = {
  add(step: string, lines: readonly string[], alone: boolean): readonly string[];
  /** All that is held back of one step, or of those that were silent for `quiet` milliseconds. */
  release(step: string): readonly string[];
  releaseQuiet(): readonly string[];
};

const quiet = 200;

/** @param now milliseconds from any fixed moment. */
export function blocks(now: () => number): Blocks {
  const held = new Map<string, { lines: string[]; at: number }>();

  function release(step: string): readonly string[] {
    const lines = held.get(step)?.lines ?? [];
    held.delete(step);
    return lines;
  }

  return {
    add: (step, lines, alone) => {
      const block = held.get(step) ?? { lines: [], at: 0 };
      block.lines.push(...lines);
      block.at = now();
      held.set(step, block);
      return alone || lines.at(-1)?.trim() === "" ? release(step) : [];
    },
    release,
    releaseQuiet: () =>
      [...held].filter(([, { at }]) => now() - at >= quiet).flatMap(([step]) => release(step)),
  };
}

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
