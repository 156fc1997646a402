import { unreachable } from "../../base/unreachable.ts";
import type { EngineEvent } from "../../engine/event.ts";
import type { UnitName } from "../../units/unitName.ts";
import { renderDiagnostic } from "../renderDiagnostic.ts";
import { cargoStatus } from "./cargoStatus.ts";
import { duration } from "./duration.ts";
import { harmless } from "./harmless.ts";
import type { Paint } from "./paint.ts";
import { statusLine } from "./statusLine.ts";

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
