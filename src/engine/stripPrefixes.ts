import { closeSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { ok, type Result } from "../base/result.ts";

/**
 * Blanks path prefixes in every file below `directory`, keeping lengths (binaries hold offsets): the second path
 * component of `/build/vendor/serde-1.0.228/…` becomes `/eeeee/…`, and what follows stays readable in a panic's
 * message. Crane does likewise, so that what is deployed names nothing of the machine that built it.
 */
export function stripPrefixes(directory: string, prefixes: readonly string[]): Result<void> {
  const needles = prefixes.map((prefix) => ({ from: Buffer.from(prefix), to: blanked(prefix) }));
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    const content = readFileSync(path);
    const places = needles.flatMap(({ from, to }) => placesOf(content, from).map((at) => ({ at, to })));
    if (places.length > 0) overwrite(path, places);
  }
  return ok();
}

function placesOf(content: Buffer, needle: Buffer): number[] {
  const places: number[] = [];
  for (let at = content.indexOf(needle); at !== -1; at = content.indexOf(needle, at + needle.length))
    places.push(at);
  return places;
}

/** Only there: a program of 30 MB takes longer to write than to search. */
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
