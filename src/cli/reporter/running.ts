import { stripVTControlCharacters } from "node:util";
import { unreachable } from "../../base/narrowing.ts";
import type { EngineEvent } from "../../engine/event.ts";

/** What goes on at the moment. */
export type Running = {
  readonly steps: ReadonlyMap<string, RunningStep>;
  /** Work outside steps, by its kind and what it is done to. */
  readonly work: ReadonlyMap<string, Work>;
};

export type Work = Pick<ProgressEvent, "what" | "name" | "done" | "total">;

type ProgressEvent = Extract<EngineEvent, { type: "progress" }>;

export type RunningStep = {
  readonly name: string;
  /** In the milliseconds of `now`. */
  readonly since: number;
  /** How many units it needs; 0 while that is not known. */
  readonly units: number;
  /** How many of them are there. */
  readonly done: number;
  /** Packages that Cargo has begun and not yet finished, oldest first. */
  readonly packages: readonly string[];
};

/** Follows events; `now` is asked when a step starts. */
export function runningTracker(now: () => number): Running & { event(event: EngineEvent): void } {
  const steps = new Map<string, RunningStep>();
  const work = new Map<string, Work>();

  function change(name: string, how: (step: RunningStep) => Partial<RunningStep>): void {
    const step = steps.get(name);
    if (step) steps.set(name, { ...step, ...how(step) });
  }

  function event(event: EngineEvent): void {
    switch (event.type) {
      case "step-started":
        steps.set(event.step, { name: event.step, since: now(), units: 0, done: 0, packages: [] });
        return;
      case "step":
        steps.delete(event.step);
        return;
      case "plan":
        change(event.step, () => ({ units: event.units, done: event.restored }));
        return;
      case "unit": {
        if (event.status !== "compiled") return;
        const name = `${event.package} v${event.version}`;
        // Cargo goes on with a package after its build script.
        const over = event.target !== "custom-build" && event.target !== "run-custom-build";
        change(event.step, ({ done, packages }) => ({
          done: done + 1,
          packages: over ? packages.filter((other) => other !== name) : packages,
        }));
        return;
      }
      case "output": {
        const begun = cargoStatus(event.line)?.package;
        if (begun !== undefined) change(event.step, ({ packages }) => ({ packages: [...packages, begun] }));
        return;
      }
      case "progress": {
        const key = `${event.what} ${event.name}`;
        if (event.done < event.total) work.set(key, event);
        else work.delete(key);
        return;
      }
      case "warning":
      case "note":
        return;
      default:
        unreachable(event);
    }
  }

  return { steps, work, event };
}

/** A status line that Cargo itself printed in a step. */
type CargoStatus = {
  readonly verb: string;
  /** Without the path of a workspace member, which in a sandbox is none of the user's. */
  readonly rest: string;
  /** `serde v1.0.228`, for the verbs that begin work on a package. */
  readonly package: string | undefined;
};

const verbs = new Set(
  (
    "Adding Blocking Building Checking Compiling Copying Dirty Documenting Downloaded Downloading Executable Finished " +
    "Fixed Fresh Generated Ignored Locking Running Scraping Unpacking Updating Vendoring Doc-tests"
  ).split(" "),
);
const beginning = new Set(["Checking", "Compiling", "Documenting"]);

/**
 * Reads a line as Cargo's own status line, or undefined. Cargo right-aligns the verb to twelve columns
 * (`cargo::core::Shell::status`, cargo 1.95), which no line of rustc's does.
 */
export function cargoStatus(line: string): CargoStatus | undefined {
  const match = /^( *)([A-Z][a-z-]+) (.+)$/.exec(stripVTControlCharacters(line));
  if (match === null) return undefined;
  const [, indent = "", verb = "", rest = ""] = match;
  if (!verbs.has(verb) || indent.length + verb.length !== 12) return undefined;
  const begun = beginning.has(verb) ? rest.split(" ").slice(0, 2).join(" ") : undefined;
  return { verb, rest: rest.replace(/ \(\/build\/.*\)$/, ""), package: begun };
}
