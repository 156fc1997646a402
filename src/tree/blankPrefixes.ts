import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { walk } from "./walk.ts";

/**
 * Blanks path prefixes in every file below `directory`, keeping lengths (binaries hold offsets): the first path
 * component of `/build/vendor/serde-1.0.228/…` becomes `/eeeee/…`, and what follows stays readable in a panic's
 * message. Crane does likewise, so that what is deployed names nothing of the machine that built it.
 */
export function blankPrefixes(directory: string, prefixes: readonly string[]): void {
  const blanks = prefixes.map((prefix) => ({ prefix, to: blanked(prefix) }));
  for (const { path: below, type } of walk(directory)) {
    if (type !== "file") continue;
    const path = `${directory}/${below}`;
    const content = readFileSync(path);
    const places = blanks.flatMap(({ prefix, to }) => placesIn(content, prefix).map((at) => ({ at, to })));
    if (places.length > 0) overwrite(path, places);
  }
}

/** Where a text begins in bytes, in order; none begins within another. */
export function placesIn(content: Buffer, text: string): number[] {
  const places: number[] = [];
  const length = Buffer.byteLength(text);
  for (let at = content.indexOf(text); at !== -1; at = content.indexOf(text, at + length)) places.push(at);
  return places;
}

/** Writes only at the `places`: a program of 30 MB takes longer to write than to search. */
function overwrite(path: string, places: readonly { readonly at: number; readonly to: Buffer }[]): void {
  const file = openSync(path, "r+");
  try {
    for (const { at, to } of places) writeSync(file, to, 0, to.length, at);
  } finally {
    closeSync(file);
  }
}

function blanked(prefix: string): Buffer {
  return Buffer.from(prefix.replace(/^\/[^/]+/, (first) => `/${"e".repeat(first.length - 1)}`));
}
