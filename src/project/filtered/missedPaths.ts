import { stripVTControlCharacters } from "node:util";
import type { Place } from "../../base/diagnostic.ts";

/** A path that a build wanted and did not find, as the log of a step shows it. */
export type MissedPath = {
  /** As printed, with the prefix of the sandbox taken off; relative to one of `bases`. */
  readonly path: string;
  /** Directories of the source that it may be relative to, the likeliest first. */
  readonly bases: readonly string[];
  /** Where the code asks for it, if the log says so. `file` is as printed. */
  readonly place?: Pick<Place, "file" | "line" | "column">;
};

/**
 * The paths in the lines of a log that complain of something missing: rustc's (`include_str!`, modules),
 * those of `protoc`, of migrations and templates, and of panics in build scripts. Some are no paths at all:
 * the caller looks which of them exist.
 *
 * Source: the messages of rustc 1.60 to 1.95, prost-build 0.12 to 0.14, sqlx 0.7 and 0.8, askama 0.12 to
 * 0.14.
 *
 * @param prefix where the sandbox shows the source: `/build/source`
 */
export function missedPaths(output: string, prefix: string): MissedPath[] {
  const lines = stripVTControlCharacters(output).split("\n");
  const packages = new Set<string>([""]);
  for (const match of output.matchAll(/\((\/[^()\n]+)\)/g)) {
    const directory = below(match[1] ?? "", prefix);
    if (directory !== undefined) packages.add(directory);
  }
  return lines.flatMap((line, index) => {
    if (!complaint.test(line) || unrelated.test(line)) return [];
    const words = wordsIn(line);
    const inLine = words.filter((word) => word.startsWith(prefix)).map((word) => below(word, prefix) ?? "");
    const place = placeNear(lines, index);
    return words.map((word) => ({
      path: below(word, prefix) ?? word,
      bases: word.startsWith(prefix) ? [""] : [...new Set([...packages, ...inLine])],
      ...(place && { place }),
    }));
  });
}

const complaint =
  /no such file|not found|not exist|n't exist|not a directory|NotFound|os error 2\b|couldn't read|to create the module|cargo sqlx prepare|could not (?:find|open|read|load|make)|(?:can ?not|can't|failed to|unable to) (?:find|open|read|load|locate)/i;

const unrelated = /error\[E0(?!583)\d+\]|in this scope|failed to run custom build command|could not compile/;

/** Quoted text, and words that look like paths. Of a bare word only that of a complaint about a directory. */
function wordsIn(line: string): string[] {
  const quoted = [...line.matchAll(/(["'`])([^"'`]+)\1/g)].map((match) => match[2] ?? "");
  const bare = (line.match(/[^\s"'`()[\]<>{},;|]+/g) ?? [])
    .map((word) => word.replace(/(?::\d+)*[:.]*$/, ""))
    .filter((word) => /[/.]/.test(word) || /director/i.test(line));
  return [...new Set([...quoted, ...bare])].filter((word) => word !== "" && word.length < 500);
}

function placeNear(lines: readonly string[], index: number): MissedPath["place"] {
  for (const line of lines.slice(index + 1, index + 4)) {
    const found = /^\s*-->\s+(.+):(\d+):(\d+)\s*$/.exec(line);
    if (found) return place(found);
    if (line.trim() === "") break;
  }
  for (const line of [lines[index], lines[index - 1]]) {
    const found = /panicked at (?:.*, )?([^\s:',]+):(\d+):(\d+)/.exec(line ?? "");
    if (found) return place(found);
  }
  return undefined;
}

function place([, file = "", line, column]: RegExpExecArray): MissedPath["place"] {
  return { file, line: Number(line), column: Number(column) };
}

function below(path: string, prefix: string): string | undefined {
  if (path === prefix) return "";
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined;
}
