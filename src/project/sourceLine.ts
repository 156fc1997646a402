import type { Place } from "../base/diagnostic.ts";
import { textOf } from "./textOf.ts";

/**
 * A place in a file of the source, with its line and, where a macro call stands there, all of it underlined.
 */
export function sourceLine(root: string, at: Pick<Place, "file" | "line" | "column">): Place {
  const text = linesOf(`${root}/${at.file}`)[at.line - 1];
  if (text === undefined) return at;
  const call = /^[\w:]+!\s*\([^)]*\)+|^[\w.]+\([^)]*\)/.exec(text.slice(at.column - 1))?.[0];
  return { ...at, length: call?.length ?? 1, text };
}

/** The lines of a file; none if it cannot be read. */
export function linesOf(file: string): string[] {
  return textOf(file)?.split(/\r?\n/) ?? [];
}
