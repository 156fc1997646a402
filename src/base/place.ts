import type { Place } from "./diagnostic.ts";

/** The place at `offset` (in UTF-16 code units) of `text`, with its line, for showing to a person. */
export function placeAt(file: string, text: string, offset: number, length = 1): Place {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const newline = text.indexOf("\n", offset);
  const end = newline === -1 ? text.length : newline;
  const line = text.slice(0, start).split("\n").length;
  const column = offset - start + 1;
  const shown = Math.max(1, Math.min(length, end - offset));
  return { file, line, column, length: shown, text: text.slice(start, end).replace(/\r$/, "") };
}
