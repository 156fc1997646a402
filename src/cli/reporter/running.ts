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
  /** Packages of which a unit is done since Cargo began with them: it does not say when it begins the next one. */
  readonly left: ReadonlySet<string>;
  /** How many units run at once at most. */
  readonly jobs: number;
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
          ...{ left: new Set(), jobs: Number.POSITIVE_INFINITY },
        });
        return;
      case "step":
        steps.delete(event.step);
        return;
      case "plan": {
        const { units, restored, missing = [], jobs = Number.POSITIVE_INFINITY } = event;
        change(event.step, () => ({ units, done: restored, missing, jobs }));
        return;
      }
      case "unit":
        if (event.status === "compiled") change(event.step, (step) => without(step, event));
        return;
      case "script-ran":
        change(event.step, (step) => {
          const run = { target: "custom-build", mode: "run-custom-build", ...event };
          // Of one that was restored Cargo says the same.
          return step.missing.some((each) => each && isRun(each) && packageOf(each) === packageOf(run))
            ? without(step, run)
            : {};
        });
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
function without({ done, begun, missing, left }: RunningStep, unit: UnitName): Partial<RunningStep> {
  const like = [...missing.keys()].filter(
    (at) => missing[at]?.target === unit.target && packageOf(missing[at]) === packageOf(unit),
  );
  // Cargo's messages have other words for some modes than its plan.
  const alike = like.filter((at) => missing[at]?.mode === unit.mode);
  const candidates = alike.length > 0 ? alike : like.filter((at) => !isRun(missing[at] ?? unit));
  const over = candidates.find((at) => isReady(at, missing)) ?? candidates[0];
  if (over !== undefined) {
    const of = packageOf(unit);
    const goesOn = begun.includes(of) && !left.has(of);
    return {
      ...{ done: done + 1, missing: missing.with(over, undefined) },
      ...(goesOn && { left: new Set([...left, of]) }),
    };
  }
  // Cargo goes on with a package after its build script.
  const isOver = missing.length === 0 && !isOfScript(unit);
  return { done: done + 1, begun: isOver ? begun.filter((other) => other !== packageOf(unit)) : begun };
}

/** As Cargo prints it when it begins with it. */
function packageOf(unit: UnitName): string {
  return `${unit.package} v${unit.version}`;
}

/** Whether nothing that a unit needs is missing. */
function isReady(at: number, missing: RunningStep["missing"]): boolean {
  return (missing[at]?.needs ?? []).every((each) => missing[each] === undefined);
}

/**
 * What runs in a step, oldest first: `serde`, or `app (bin)` for what is not just a package's library; or the program of
 * tests. Without a plan, the packages that Cargo has begun.
 *
 * Of a package that Cargo has just begun a unit runs. Another one that could run may wait for a job: it is named after
 * those, if a job is left for each, or nothing else is known to run.
 */
export function runningNames(step: RunningStep): readonly string[] {
  const { begun, stubs, missing, runs, left, jobs } = step;
  const bare = (started: string): string => started.slice(0, started.lastIndexOf(" v"));
  const nameOf = (started: string, beside: readonly string[]): string => {
    // Two versions of one name are told apart.
    const isOne = beside.every((other) => other === started || bare(other) !== bare(started));
    return `${stubs.includes(started) ? "stubs of " : ""}${isOne ? bare(started) : started}`;
  };
  if (runs !== undefined) return [runs];
  if (missing.length === 0) return begun.map((started) => nameOf(started, begun));
  const planned = missing.flatMap((unit, at) => (unit ? [{ unit, at }] : []));
  const byPackage = Map.groupBy(planned, ({ unit }) => packageOf(unit));
  const able = [...new Set(begun)].map((of) => ({
    ...{ of, isSure: !left.has(of) },
    units: unitsThatRun(byPackage.get(of) ?? [], { missing, hasJustBegun: !left.has(of) }),
  }));
  const sure = able.filter(({ isSure, units }) => isSure && units.length > 0);
  const total = able.reduce((sum, { units }) => sum + units.length, 0);
  const others = total <= jobs || sure.length === 0 ? able.filter(({ isSure }) => !isSure) : [];
  const shown = [...sure, ...others].filter(({ units }) => units.length > 0);
  const names = shown.map(({ of }) => of);
  return shown.map(({ of, units }) => {
    const labels = units.map(labelOf);
    const kinds = [...new Set(labels)].map((label) => {
      const count = labels.filter((other) => other === label).length;
      if (count === 1 || label === "lib") return label;
      return label === scriptRuns ? `${count} build scripts run` : `${count} ${label}s`;
    });
    const name = nameOf(of, names);
    return kinds.length === 1 && kinds[0] === "lib" ? name : `${name} (${kinds.join(", ")})`;
  });
}

type Planned = { readonly unit: MissingUnit; readonly at: number };

/** Those units of a package that could run. */
function unitsThatRun(
  units: readonly Planned[],
  { missing, hasJustBegun }: Pick<RunningStep, "missing"> & { readonly hasJustBegun: boolean },
): readonly MissingUnit[] {
  const ready = units.filter(({ at }) => isReady(at, missing));
  if (ready.length > 0 || !hasJustBegun) return ready.map(({ unit }) => unit);
  // The metadata of a library, which it begins with, is there before the library is done.
  const own = new Set(units.map(({ at }) => at));
  const first = units.find(({ unit }) => unit.needs.every((need) => !own.has(need)));
  return first ? [first.unit] : [];
}

const scriptRuns = "build script runs";

function labelOf({ target, mode }: UnitName): string {
  if (mode === "run-custom-build") return scriptRuns;
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
