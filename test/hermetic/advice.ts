import type { Ran } from "../rig/gantry.ts";

export type Advice = {
  readonly code: unknown;
  readonly notes: readonly unknown[];
  readonly help: readonly unknown[];
};

/** The error that a command ended with; without what every failed step has: the places of its findings, and one help. */
export function advice({ status, events, err, out }: Ran): Advice {
  const error = events.find((event) => event.type === "diagnostic" && event.level === "error");
  if (status !== 1 || !error) throw new Error(`ended with ${status} and no error:\n${out}${err}`);
  const notes = Array.isArray(error.notes) ? error.notes : [];
  const help = Array.isArray(error.help) ? error.help : [];
  return {
    code: error.code,
    notes: notes.filter((line) => !/^\S+:\d+:\d+: test `/.test(String(line))),
    help: help.filter((line) => !String(line).startsWith("the whole log: ")),
  };
}
