import type { Ran } from "../rig/gantry.ts";

export type Advice = { readonly code: unknown; readonly notes: unknown; readonly help: readonly unknown[] };

/** The error that a command ended with; without the help that every failed step has. */
export function advice({ status, events, err, out }: Ran): Advice {
  const error = events.find((event) => event.type === "diagnostic" && event.level === "error");
  if (status !== 1 || !error) throw new Error(`ended with ${status} and no error:\n${out}${err}`);
  const help = Array.isArray(error.help) ? error.help : [];
  return {
    code: error.code,
    notes: error.notes,
    help: help.filter((line) => !String(line).startsWith("the whole log: ")),
  };
}
