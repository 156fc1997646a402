import type { Paint } from "./paint.ts";

/** A line in Cargo's form: the verb right-aligned to twelve columns, then what it is about. */
export function statusLine(paint: Paint, verb: string, rest: string): string {
  return `${paint.verb(verb.padStart(12))} ${rest}`;
}
