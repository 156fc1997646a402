import { stripVTControlCharacters } from "node:util";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { unreachable } from "../../base/narrowing.ts";
import type { EngineEvent, SharedReport } from "../../engine/event.ts";
import { linesTogether } from "./linesTogether.ts";
import type { Reporter, ReporterContext } from "./reporter.ts";

/** Counts up when a line changes its meaning; new fields and new types do not count. */
const version = 1;

/**
 * One JSON object a line on standard output: `start` first, `finish` last, and between them `step-started`,
 * `plan`, `step`, `unit`, `test`, `output`, `progress`, `diagnostic`, `note`, `shared-cache`, `done` and `result` as they come.
 */
export function jsonReporter(
  { out, err, now }: ReporterContext,
  { command, project }: { readonly command: string; readonly project: string },
): Reporter {
  const began = now();
  const units = unitCounter();
  let cache: SharedReport | undefined;
  const printed = linesTogether((lines) => out.write(`${lines.join("\n")}\n`));
  const line = (object: object): void => {
    printed.flush();
    out.write(`${JSON.stringify(object)}\n`);
  };
  const errors = (error: Diagnostic | undefined): void => {
    for (const diagnostic of error ? [error, ...(error.also ?? [])] : [])
      line(diagnosticLine("error", diagnostic));
  };
  line({ type: "start", version, command, project });
  return {
    event: (event) => {
      units.event(event);
      if (event.type === "shared-cache") cache = event;
      // They are for another reader, who looks at everything.
      if (event.type === "commands") return err.write(`${event.lines.join("\n")}\n`);
      if (event.type === "round") errors(event.error);
      if (
        event.type === "handover" ||
        event.type === "script-ran" ||
        (event.type === "output" && event.isHidden)
      )
        return;
      if (event.type === "output") printed.add([JSON.stringify(eventLine(event))]);
      else line(eventLine(event));
    },
    finish: ({ error, outputs, result }) => {
      if (result !== undefined) line({ type: "result", text: result });
      errors(error);
      const seconds = rounded((now() - began) / 1000);
      const shared = cache && { cache: countsOf(cache) };
      const status = error ? "failed" : "ok";
      line({ type: "finish", status, seconds, units: units.counts(), ...shared, outputs });
    },
    close: printed.flush,
  };
}

function eventLine(event: Exclude<EngineEvent, { type: "commands" | "handover" | "script-ran" }>): object {
  switch (event.type) {
    case "step": {
      const { type, step: name, status, key, seconds } = event;
      return { type, name, status, key, seconds: rounded(seconds) };
    }
    case "step-started": {
      const { type, step: name } = event;
      return { type, name };
    }
    case "plan": {
      const { type, step, units, restored } = event;
      return { type, step, units, restored };
    }
    case "unit": {
      const { type, step, package: name, version: release, target, mode, status } = event;
      return { type, step, package: name, version: release, target, mode, status };
    }
    case "test": {
      const { type, step, name, status, reason } = event;
      return { type, step, name, status, reason };
    }
    case "output": {
      const { type, step, line } = event;
      return { type, step, line: stripVTControlCharacters(line) };
    }
    case "progress": {
      const { type, what, name, done, total } = event;
      return { type, what, name, done, total };
    }
    case "note": {
      const { type, text } = event;
      return { type, text };
    }
    case "check": {
      const { type, check: name, step, status, from, seconds, errors, warnings, tests } = event;
      return { type, name, step, status, from, seconds: rounded(seconds), errors, warnings, tests };
    }
    case "round": {
      const { type, error, waiting } = event;
      return { type, status: error ? "failed" : "ok", waiting };
    }
    case "shared-cache": {
      const { type, name, lookedFor, found, kinds, requests, received, sent, uploaded, saved, spent } = event;
      const seconds = { saved: rounded(saved), spent: rounded(spent) };
      return { type, name, lookedFor, found, kinds, requests, received, sent, uploaded, ...seconds };
    }
    case "done": {
      const { type, verb, text } = event;
      return { type, verb, text };
    }
    case "warning":
      return diagnosticLine("warning", event.diagnostic);
    default:
      return unreachable(event);
  }
}

function diagnosticLine(level: "error" | "warning", diagnostic: Diagnostic): object {
  const { code, message, place, notes, help, causes, log } = diagnostic;
  return { type: "diagnostic", level, code, message, place, notes, help, causes, log };
}

/** What is counted of a shared cache. */
function countsOf({ lookedFor, found, requests, received, sent }: SharedReport): object {
  return { lookedFor, found, requests, received, sent };
}

/** To the millisecond: more digits are noise to a reader of logs. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** `fetched`: restored, and brought from a shared cache for that; they are not among `restored`. */
type UnitCounts = { readonly compiled: number; readonly restored: number; readonly fetched: number };

/**
 * Counts units over all steps. Restored ones may be told one by one, or only as a number once Cargo has
 * planned, or both: the larger number of a step counts.
 */
function unitCounter(): { event(event: EngineEvent): void; counts(): UnitCounts } {
  let [compiled, fetched] = [0, 0];
  const planned = new Map<string, number>();
  const named = new Map<string, number>();
  return {
    event(event) {
      if (event.type === "plan") planned.set(event.step, event.restored);
      if (event.type !== "unit") return;
      if (event.status === "compiled") compiled += 1;
      if (event.status === "fetched") fetched += 1;
      if (event.status !== "compiled") named.set(event.step, (named.get(event.step) ?? 0) + 1);
    },
    counts() {
      let restored = 0;
      for (const step of new Set([...planned.keys(), ...named.keys()])) {
        restored += Math.max(planned.get(step) ?? 0, named.get(step) ?? 0);
      }
      return { compiled, restored: restored - fetched, fetched };
    },
  };
}
