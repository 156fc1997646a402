import { unreachable } from "../../base/narrowing.ts";
import type { EngineEvent } from "../../engine/event.ts";
import type { MissingUnit, UnitName } from "../../units/layout/unitMessages.ts";
import { cargoStatus } from "./text.ts";

/** What goes on at the moment. */
export type Running = {
  readonly steps: ReadonlyMap<string, RunningStep>;
  /** Work outside steps, by its kind and what it is done to. */
  readonly work: ReadonlyMap<string, Work>;
};

export type Work = Pick<ProgressEvent, "what" | "name" | "done" | "total"> & {
  /** In the milliseconds of `now`. */
  readonly since: number;
};

export type ProgressEvent = Extract<EngineEvent, { type: "progress" }>;

export type RunningStep = {
  readonly name: string;
  /** In the milliseconds of `now`. */
  readonly since: number;
  /** How many units it needs; 0 while that is not known. */
  readonly units: number;
  /** How many of them are there. */
  readonly done: number;
  /** Packages that Cargo has begun, oldest first; where it has not planned, without those that are finished. */
  readonly begun: readonly string[];
  /** Of these, the project's own in a dependency layer, where stubs are compiled, and linked with what is real. */
  readonly stubs: readonly string[];
  /** What Cargo said last that it runs, when all is compiled: `unittests src/lib.rs`. */
  readonly runs: string | undefined;
  /** What Cargo planned and the store lacks; undefined: it is not there yet, or anymore. Their places are their names. */
  readonly missing: readonly (MissingUnit | undefined)[];
};

/** Follows events; `now` is asked when a step or work starts. */
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
        steps.set(event.step, {
          ...{ name: event.step, since: now(), units: 0, done: 0 },
          ...{ begun: [], stubs: [], missing: [], runs: undefined },
        });
        return;
      case "step":
        steps.delete(event.step);
        return;
      case "plan": {
        const { units, restored, missing = [] } = event;
        change(event.step, () => ({ units, done: restored, missing }));
        return;
      }
      case "unit":
        if (event.status === "compiled") change(event.step, (step) => without(step, event));
        return;
      case "output": {
        const status = cargoStatus(event.line);
        const begun = status?.package;
        if (begun !== undefined)
          change(event.step, (step) => ({
            begun: [...step.begun, begun],
            runs: undefined,
            ...(event.isHidden && { stubs: [...step.stubs, begun] }),
          }));
        if (status?.verb === "Running" || status?.verb === "Doc-tests")
          change(event.step, () => ({ runs: status.rest.replace(/ \(.*\)$/, "") }));
        return;
      }
      case "progress": {
        const key = `${event.what} ${event.name}`;
        // A step that waits begins anew afterwards.
        if (event.what === "share" && event.name !== undefined) steps.delete(event.name);
        if (event.done < event.total) work.set(key, { ...event, since: work.get(key)?.since ?? now() });
        else work.delete(key);
        return;
      }
      case "handover":
        work.clear();
        return;
      case "test":
      case "warning":
      case "note":
      case "check":
      case "commands":
      case "round":
      case "done":
      case "shared-cache":
        return;
      default:
        unreachable(event);
    }
  }

  return { steps, work, event };
}

/** A step in which a unit is done: of several that are called the same, the first that could run. */
function without({ done, begun, missing }: RunningStep, unit: UnitName): Partial<RunningStep> {
  const like = [...missing.keys()].filter(
    (at) => missing[at]?.target === unit.target && packageOf(missing[at]) === packageOf(unit),
  );
  // Cargo's messages have other words for some modes than its plan.
  const alike = like.filter((at) => missing[at]?.mode === unit.mode);
  const candidates = alike.length > 0 ? alike : like;
  const over = candidates.find((at) => isReady(at, missing)) ?? candidates[0];
  if (over !== undefined) return { done: done + 1, missing: missing.with(over, undefined) };
  // Cargo goes on with a package after its build script.
  const isOver = missing.length === 0 && !isOfScript(unit);
  return { done: done + 1, begun: isOver ? begun.filter((other) => other !== packageOf(unit)) : begun };
}

/** As Cargo prints it when it begins with it. */
function packageOf(unit: UnitName): string {
  return `${unit.package} v${unit.version}`;
}

/**
 * Whether nothing that a unit needs is missing. Nobody tells of the runs of build scripts, so one counts as done as soon as
 * it may have begun.
 */
function isReady(at: number, missing: RunningStep["missing"]): boolean {
  const needs = missing[at]?.needs ?? [];
  return needs.every(
    (each) => missing[each] === undefined || (isRun(missing[each]) && isReady(each, missing)),
  );
}

/**
 * What runs in a step, oldest first: `serde`, or `app (bin)` for what is not just a package's library; or the program of
 * tests. Of packages that
 * Cargo has begun those units for which nothing is missing; without a plan, the packages.
 */
export function runningNames({ begun, stubs, missing, runs }: RunningStep): readonly string[] {
  const nameOf = (started: string): string =>
    `${stubs.includes(started) ? "stubs of " : ""}${started.slice(0, started.lastIndexOf(" v"))}`;
  if (runs !== undefined) return [runs];
  if (missing.length === 0) return begun.map(nameOf);
  const ready = [...missing.keys()].flatMap((at) => {
    const unit = missing[at];
    return unit && !isRun(unit) && isReady(at, missing) ? [unit] : [];
  });
  return begun.flatMap((started) => {
    const labels = ready.filter((unit) => packageOf(unit) === started).map(labelOf);
    if (labels.length === 0) return [];
    const kinds = [...new Set(labels)].map((label) => {
      const count = labels.filter((other) => other === label).length;
      return count === 1 || label === "lib" ? label : `${count} ${label}s`;
    });
    const name = nameOf(started);
    return [kinds.length === 1 && kinds[0] === "lib" ? name : `${name} (${kinds.join(", ")})`];
  });
}

function labelOf({ target, mode }: UnitName): string {
  if (isOfScript({ target })) return "build script";
  const kind = target === "bin" || target === "test" || target === "bench" || target === "example";
  const label = kind ? target : "lib";
  return mode === "test" && target !== "test" ? `${label} test` : label;
}

function isOfScript({ target }: Pick<UnitName, "target">): boolean {
  return target === "custom-build" || target === "run-custom-build";
}

function isRun({ mode }: Pick<UnitName, "mode">): boolean {
  return mode === "run-custom-build";
}
