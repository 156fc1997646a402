import { stripVTControlCharacters } from "node:util";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { duration } from "../../base/format.ts";
import { unreachable } from "../../base/narrowing.ts";
import type { CheckSummary, EngineEvent } from "../../engine/event.ts";
import type { UnitName } from "../../units/layout/unitMessages.ts";
import { cacheLine, cacheTable } from "./cacheTable.ts";
import { checkTable } from "./checkTable.ts";
import { renderDiagnostic } from "./renderDiagnostic.ts";
import type { Ending, ReporterContext } from "./reporter.ts";
import { type ProgressEvent, type Running, runningTracker } from "./running.ts";
import { cargoStatus, harmless, linePainter, type Paint, paint as painter, statusLine } from "./text.ts";

/** What a person reads from top to bottom: the lines that stay, on a terminal as in a log. */
type Transcript = {
  /** What goes on at the moment. */
  readonly running: Running;
  /** The lines to show now that this happened. */
  event(event: EngineEvent): readonly string[];
  /** The lines that were held back of steps that have been silent for a while; to be asked for now and then. */
  overdue(): readonly string[];
  /** The last lines: what was held back, then the error, or what was finished and how long it took. */
  end(ending: Ending): readonly string[];
};

/**
 * @param context whose `now` is asked for the beginning at once
 * @param options.isLive what goes on is shown besides, until it is done
 */
export function transcript(
  { err, now, colors, verbosity }: Pick<ReporterContext, "err" | "now" | "colors" | "verbosity">,
  { isLive = false } = {},
): Transcript {
  const paint = painter(colors);
  const warned = new Set<string>();
  const running = runningTracker(now);
  const isShared = (): boolean => running.steps.size > 1;
  let began = now();
  const narrating = { warned, isShared, now, isLive };
  let narrate = narrator(paint, verbosity, narrating);
  let checks: CheckSummary[] = [];
  let isWaiting = false;
  const shown = lastLines(400);
  const held = heldLines(now);

  /** A log that was shown while it came is not shown again. */
  function errorLines(error: Diagnostic): readonly string[] {
    const { log, ...withoutLog } = error;
    const last = log?.trimEnd().split("\n").at(-1) ?? "";
    const all = verbosity > 0 && { logLines: Number.POSITIVE_INFINITY };
    const rest = last !== "" && shown.has(last) ? withoutLog : error;
    return renderDiagnostic(rest, { level: "error", paint, ...all }).split("\n");
  }

  function endingLines({ error, finished }: Pick<Ending, "error" | "finished">): readonly string[] {
    const errors = error ? [error, ...(error.also ?? [])].flatMap(errorLines) : [];
    if (verbosity < 0) return errors;
    const table = checkTable(checks, { paint, columns: err.columns() });
    const isDone = !error && finished !== undefined;
    const took = duration((now() - began) / 1000);
    return [
      ...errors,
      ...(table.length > 0 ? ["", ...table] : []),
      ...(isDone ? [statusLine(paint, "Finished", `${finished} in ${took}`)] : []),
    ];
  }

  /** What the steps that still run have held back, then how it ended. */
  function lastLinesOf(ending: Pick<Ending, "error" | "finished">): readonly string[] {
    return [...[...running.steps.keys()].flatMap((step) => held.release(step)), ...endingLines(ending)];
  }

  /** After it all begins anew: what was said of packages is said again. */
  function roundLines(event: Extract<EngineEvent, { type: "round" }>): readonly string[] {
    const lines = [...lastLinesOf(event), ...narrate(event)];
    narrate = narrator(paint, verbosity, narrating);
    checks = [];
    isWaiting = true;
    return lines;
  }

  return {
    running,
    event(event) {
      if (isWaiting) began = now();
      isWaiting = false;
      running.event(event);
      if (event.type === "output" && event.isHidden) return [];
      if (event.type === "round") return roundLines(event);
      if (event.type === "check") checks.push(event);
      const lines = narrate(event);
      if (event.type === "step") return [...held.release(event.step), ...lines];
      if (event.type !== "output") return lines;
      for (const line of lines) shown.add(stripVTControlCharacters(line));
      return held.add(event.step, lines, running.steps.size < 2);
    },
    overdue: held.overdue,
    end: lastLinesOf,
  };
}

type WorkWords = { readonly doing: string; readonly done: string; readonly things: string };

/** What is said of each kind of work outside steps, while it goes on and when it is done. */
export const workWords: Readonly<Record<string, WorkWords>> = {
  fetch: { doing: "Fetching", done: "Fetched", things: "crates" },
  unpack: { doing: "Vendoring", done: "Vendored", things: "crates" },
  lay: { doing: "Laying", done: "Laid", things: "units" },
  count: { doing: "Counting", done: "Counted", things: "trees" },
  git: { doing: "Fetching", done: "Fetched", things: "checkouts" },
  search: { doing: "Searching", done: "Searched", things: "days" },
  download: { doing: "Downloading", done: "Downloaded", things: "files" },
  install: { doing: "Installing", done: "Installed", things: "files" },
  wait: { doing: "Waiting", done: "Waited", things: "times" },
  share: { doing: "Waiting", done: "Waited", things: "times" },
  turn: { doing: "Waiting", done: "Waited", things: "times" },
  alone: { doing: "Waiting", done: "Waited", things: "times" },
  receive: { doing: "Fetching", done: "Fetched", things: "records" },
  send: { doing: "Sending", done: "Sent", things: "records" },
};

/**
 * What is said of the phases of work that is named and measured in bytes, where each is shown as it goes on. Elsewhere all of it
 * is called preparing, and said once.
 */
export const phaseWords: Readonly<Record<string, Omit<WorkWords, "things">>> = {
  hash: { doing: "Reading", done: "Read" },
  copy: { doing: "Copying", done: "Copied" },
};

/** What work is done to, in words that follow those. */
export function workName(what: string, name: string): string {
  if (what === "share") return `with ${name} for another step, which compiles much of the same`;
  if (what === "turn") return `for another build, which runs ${name}`;
  if (what === "alone")
    return `with ${name} for a step of another build: without namespaces one runs at a time in a store`;
  return what === "wait" ? `for another process that brings ${name}` : name;
}

/** What Cargo says of a package that it begins with: `serde v1.0.228`, and with the source that follows. */
type Begun = { readonly step: string; readonly name: string; readonly rest: string };

type Narrating = {
  /** What was warned of. */
  readonly warned: Set<string>;
  /** Whether several steps run: each says whose package it begins, for another may compile the same in another way. */
  readonly isShared: () => boolean;
  readonly now: () => number;
  /** What goes on is shown besides, until it is done. */
  readonly isLive: boolean;
};

/**
 * The lines that an event leaves behind for a person, in Cargo's words. A package is named once, whether
 * Cargo said that it began or a unit says that it is done. A warning is said once by its code and its place,
 * or message.
 */
function narrator(
  paint: Paint,
  verbosity: number,
  { warned, isShared, now, isLive }: Narrating,
): (event: EngineEvent) => readonly string[] {
  const named = new Map<string, Set<string>>();
  const begun = new Set<string>();
  const phases = new Map<string, number>();
  const paintLine = linePainter(paint);
  const tried = new Set<string>();
  const status = (verb: string, rest: string, from = 0): readonly string[] =>
    verbosity >= from ? [statusLine(paint, verb, rest)] : [];

  /** Cargo's own line has the source after the name: of two packages of one name and version, each is said. */
  function begins(verb: string, { step, name, rest }: Begun): readonly string[] {
    const said = saidOf(step, name);
    // Its unit was done before its line came.
    const isSaid = said.has(rest) || said.delete(name);
    said.add(rest);
    return isSaid ? [] : status(verb, isShared() ? `${rest} of ${step}` : rest);
  }

  function isDone(verb: string, step: string, name: string): readonly string[] {
    const said = saidOf(step, name);
    return said.size > 0 ? [] : begins(verb, { step, name, rest: name });
  }

  function saidOf(step: string, name: string): Set<string> {
    const key = `${step}\n${name}`;
    const said = named.get(key) ?? new Set();
    named.set(key, said);
    return said;
  }

  function output(step: string, line: string): readonly string[] {
    const cargo = cargoStatus(line);
    if (cargo?.package !== undefined)
      return begins(cargo.verb, { step, name: cargo.package, rest: cargo.rest });
    return cargo === undefined
      ? [harmless(paintLine(step, line), paint.colors)]
      : status(cargo.verb, cargo.rest, cargo.isHeading ? 0 : 1);
  }

  /** What has a name is said when it begins: it takes seconds, and is done only once for each store. */
  function preparing({ what, name = "", done, total }: ProgressEvent): readonly string[] {
    const words = isLive ? phaseWords[what] : undefined;
    if (words) return phase(words.done, { what, name, isOver: done >= total });
    // The phases of one work are said once; that somebody waits is none.
    const said = workWords[what]?.doing === "Waiting" ? `${what} ${name}` : name;
    // The end of what never began: it failed at once.
    if (begun.has(said) || done >= total) return [];
    begun.add(said);
    return status(workWords[what]?.doing ?? "Preparing", workName(what, name));
  }

  /** Where it is shown while it goes on, what is said stays behind: when it is done, and how long it took. */
  function phase(
    verb: string,
    { what, name, isOver }: { readonly what: string; readonly name: string; readonly isOver: boolean },
  ): readonly string[] {
    const key = `${what} ${name}`;
    const since = phases.get(key);
    if (!isOver) phases.set(key, since ?? now());
    if (!isOver || since === undefined) return [];
    phases.delete(key);
    const seconds = (now() - since) / 1000;
    return status(verb, seconds < 1 ? name : `${name} in ${duration(seconds)}`);
  }

  return (event) => {
    if (event.type === "plan" || event.type === "output") tried.add(event.step);
    switch (event.type) {
      case "step-started":
      case "script-ran":
      case "check":
      case "handover":
        return [];
      case "commands":
        return event.lines;
      case "round":
        return status("Watching", event.waiting);
      case "step": {
        const took = `${event.step} in ${duration(event.seconds)}`;
        // Where Cargo could not plan, nothing was tried that could fail.
        if (event.status === "failed")
          return verbosity >= 0 && tried.has(event.step)
            ? [`${paint.error("Failed".padStart(12))} ${took}`]
            : [];
        if (event.status === "stopped") return status("Stopped", took);
        if (event.status === "fetched") return status("Fetched", event.step);
        return event.status === "built" ? status("Built", took) : status("Cached", event.step, 1);
      }
      case "plan":
        return event.restored === 0 ? [] : status("Restored", count(event.restored, "units", event.step));
      case "unit": {
        const name = `${event.package} v${event.version}`;
        if (event.status === "compiled") return isDone(verbFor(event), event.step, name);
        return status(event.status === "fetched" ? "Fetched" : "Restored", `${name} (${event.target})`, 2);
      }
      case "test":
        return event.status === "kept" ? status("Kept", `${event.name} (test)`, 2) : [];
      case "output":
        return output(event.step, event.line);
      case "progress": {
        if (event.name !== undefined) return preparing(event);
        const words = workWords[event.what];
        const done = event.total > 0 && event.done === event.total;
        return words && done ? status(words.done, count(event.total, words.things)) : [];
      }
      case "warning": {
        const { code, message, place } = event.diagnostic;
        const key = place ? `${code} ${place.file}:${place.line}` : `${code} ${message}`;
        if (warned.has(key)) return [];
        warned.add(key);
        const told = event.shortly === undefined ? event.diagnostic : diagnostic(code, event.shortly);
        return renderDiagnostic(told, { level: "warning", paint }).split("\n");
      }
      case "note":
        return verbosity >= 0 ? [`${paint.note("note")}${paint.strong(":")} ${event.text}`] : [];
      case "shared-cache": {
        const line = cacheLine(event);
        if (event.isAsked) return ["", ...cacheTable(event)];
        return line === undefined ? [] : status("Fetched", line);
      }
      case "done":
        return status(event.verb, event.text);
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

/**
 * Keeps lines of steps that run side by side from mixing: while more than one runs, a step's lines are held
 * back until an empty line ends the paragraph (as it ends each of rustc's diagnostics, and of rustfmt's differences, in which
 * a line may consist of a space), the step ends, it has been silent for a while, or they are very many.
 */
type HeldLines = {
  /** The lines that may be shown now that the step printed these. `alone`: no other step runs. */
  add(step: string, lines: readonly string[], alone: boolean): readonly string[];
  /** All that is held back of one step, to be held back no more. */
  release(step: string): readonly string[];
  /** All that is held back of those steps that were silent for a while. */
  overdue(): readonly string[];
};

/** In milliseconds. What is known to go on is waited for longer: on a busy machine its lines come slowly. */
const patience = { line: 200, block: 2000 };

function patienceWith([first = ""]: readonly string[]): number {
  const begins = /^(?:Diff in |error|warning)/.test(stripVTControlCharacters(first));
  return begins ? patience.block : patience.line;
}

/** What is longer is no paragraph, and may have no end. */
const mostHeld = 1000;

function heldLines(now: () => number): HeldLines {
  const held = new Map<string, { readonly lines: string[]; lastAt: number }>();

  function release(step: string): readonly string[] {
    const lines = held.get(step)?.lines ?? [];
    held.delete(step);
    return lines;
  }

  return {
    add(step, lines, alone) {
      const block = held.get(step) ?? { lines: [], lastAt: 0 };
      block.lines.push(...lines);
      block.lastAt = now();
      held.set(step, block);
      const isOver = stripVTControlCharacters(lines.at(-1) ?? " ") === "";
      return alone || isOver || block.lines.length >= mostHeld ? release(step) : [];
    },
    release,
    overdue: () =>
      [...held].flatMap(([step, { lines, lastAt }]) =>
        now() - lastAt >= patienceWith(lines) ? release(step) : [],
      ),
  };
}

/** Remembers the last lines that a build printed, to know whether a log was seen while it came. */
function lastLines(most: number): { add(line: string): void; has(line: string): boolean } {
  const lines = new Set<string>();
  return {
    add(line) {
      lines.delete(line);
      lines.add(line);
      const [oldest] = lines;
      if (lines.size > most && oldest !== undefined) lines.delete(oldest);
    },
    has: (line) => lines.has(line),
  };
}
