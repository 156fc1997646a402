// project/filtered: the file that a failed build missed because a filter or git left it out, and what to write instead.

import { statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { backticked, type Diagnostic, diagnostic, type Place } from "../../base/diagnostic.ts";
import { parentOf } from "../../base/paths.ts";
import type { Source } from "../../derivation/model.ts";
import { inWorkspace } from "../../derivation/steps.ts";
import { world } from "../../derivation/world.ts";
import { textOf } from "../../tree/files.ts";
import { ignoringPattern } from "../gitRules.ts";
import { mentionsIn } from "../scan/mentions.ts";
import { listingMemory } from "../scan/scanMemory.ts";
import type { ScannedFile } from "../scan/scanSource.ts";
import { walkSource } from "../scan/walkSource.ts";
import { expressionIncluding } from "./sourceExpression.ts";

type FailedBuild = {
  /** What the step printed. */
  readonly output: string;
  readonly source: Source;
  /** The source's directory on disk, absolute. */
  readonly directory: string;
  /** What the build had of it. */
  readonly files: readonly ScannedFile[];
};

/**
 * If a build failed because a file was not part of its source although it exists on disk: which file, where
 * the code asks for it, and the line of `gantry.config.ts` that keeps it. Undefined if that is not why.
 *
 * Gives `file-filtered`, or `file-ignored` where not the filter but git leaves the file out.
 *
 * @example
 * explainFilteredFile({ output: log, source, directory: "/home/me/app", files })
 */
export function explainFilteredFile(build: FailedBuild): Diagnostic | undefined {
  const { output, source, files } = build;
  const root = resolve(build.directory);
  const walked = walkSource(root, () => true, listingMemory([], 0));
  if (!walked.ok) return undefined;
  const kept = new Set(files.map((file) => file.path));
  const omitted = walked.value.paths.filter((path) => !kept.has(path)).sort();
  const absences = new Map<string, Absence>();
  for (const missed of missedPaths(output).map((each) => fromSource(each, source))) {
    for (const each of [missed, ...namedNear(root, missed)]) {
      const absence = absenceOf(root, each, { kept, omitted });
      if (absence && !absences.has(absence.path)) absences.set(absence.path, absence);
    }
  }
  const filtered = [...absences.values()].filter((absence) => absence.files.length > 0);
  if (filtered.length > 0) return fileFiltered(root, filtered, { source, kept });
  const ignored = [...absences.values()].find((absence) => absence.pattern !== undefined);
  return ignored && fileIgnored(root, ignored);
}

/** A path that a build wanted and did not find, as the log of a step shows it. */
type MissedPath = {
  /** As printed, without the path of the source; relative to one of `bases`. */
  readonly path: string;
  /** Directories of the source that it may be relative to, the likeliest first. */
  readonly bases: readonly string[];
  /** Where the code asks for it, if the log says so. `file` is as printed. */
  readonly place?: Pick<Place, "file" | "line" | "column">;
};

/**
 * The paths in the lines of a log that complain of something missing: rustc's (`include_str!`, modules),
 * those of `protoc`, of migrations and templates, and of panics in build scripts. Some are no paths at all:
 * which of them exist is looked up later.
 *
 * Source: the messages of rustc 1.60 to 1.95, prost-build 0.12 to 0.14, sqlx 0.7 and 0.8, askama 0.12 to
 * 0.14, trunk 0.21.
 */
function missedPaths(output: string): MissedPath[] {
  const lines = stripVTControlCharacters(output).split("\n");
  const packages = new Set<string>([""]);
  for (const match of output.matchAll(/\((\/[^()\n]+)\)/g)) {
    const directory = inSource(match[1] ?? "");
    if (directory !== undefined) packages.add(directory);
  }
  return lines.flatMap((line, index) => {
    if (!complaint.test(line) || unrelated.test(line)) return [];
    const words = wordsIn(line);
    const inLine = words.filter((word) => word.startsWith(world.source)).map((word) => inSource(word) ?? "");
    const place = placeNear(lines, index);
    return words.map((word) => ({
      path: inSource(word) ?? word,
      bases: word.startsWith(world.source) ? [""] : [...new Set([...packages, ...inLine])],
      ...(place && { place }),
    }));
  });
}

const complaint =
  /no such file|not found|not exist|n't exist|not a directory|NotFound|os error 2\b|couldn't read|to create the module|cargo sqlx prepare|could not (?:find|open|read|load|make)|(?:can ?not|can't|failed to|unable to) (?:find|open|read|load|locate)|getting (?:the )?canonical path/i;

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
    const arrow = /^\s*-->\s+(.+):(\d+):(\d+)\s*$/.exec(line);
    if (arrow) return placeIn(arrow);
    if (line.trim() === "") break;
  }
  for (const line of [lines[index], lines[index - 1]]) {
    const panic = /panicked at (?:.*, )?([^\s:',]+):(\d+):(\d+)/.exec(line ?? "");
    if (panic) return placeIn(panic);
  }
  return undefined;
}

function placeIn([, file = "", line, column]: RegExpExecArray): MissedPath["place"] {
  return { file, line: Number(line), column: Number(column) };
}

/** The path below the source of an absolute one as a step prints it; undefined for one elsewhere. */
function inSource(path: string): string | undefined {
  if (path === world.source) return "";
  return path.startsWith(`${world.source}/`) ? path.slice(world.source.length + 1) : undefined;
}

/** Relative paths in a log count from the workspace, or may do so. */
function fromSource({ path, bases, place }: MissedPath, source: Source): MissedPath {
  const all = [...new Set([...bases, source.workspace ?? ""])];
  if (!place) return { path, bases: all };
  const { file } = place;
  const below = file.startsWith("/") ? (inSource(file) ?? file) : inWorkspace(source, file);
  return { path, bases: all, place: { ...place, file: below } };
}

/**
 * The paths that literals just above a place name. `fs::read("schema.json").unwrap()` panics without saying which file.
 */
function namedNear(root: string, { place, bases }: MissedPath): MissedPath[] {
  if (!place) return [];
  const lines = linesOf(`${root}/${place.file}`).slice(Math.max(0, place.line - 4), place.line);
  const all = [...new Set([...bases, parentOf(place.file)])];
  return mentionsIn("build.rs", lines.join("\n")).map((path) => ({ path, bases: all, place }));
}

/** A path that exists on disk, and of which the build had nothing. */
type Absence = Pick<MissedPath, "place"> & {
  /** Ends with `/` if it is a directory. */
  readonly path: string;
  /** What the filter leaves out: the file itself, or all files of the directory. */
  readonly files: readonly string[];
  /** What makes git ignore it. */
  readonly pattern: string | undefined;
};

type Contents = { readonly kept: ReadonlySet<string>; readonly omitted: readonly string[] };

function absenceOf(
  root: string,
  { path, bases, place }: MissedPath,
  { kept, omitted }: Contents,
): Absence | undefined {
  if (path.startsWith("/")) return undefined;
  for (const base of bases) {
    const inside = posix.normalize(`${base === "" ? "." : base}/${path}`).replace(/\/$/, "");
    if (inside === "." || inside.startsWith("..") || kept.has(inside)) continue;
    const stats = statSync(`${root}/${inside}`, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const isDirectory = stats.isDirectory();
    // A directory of which a part is in the build is there, so it is not what is missing.
    if (isDirectory && [...kept].some((file) => file.startsWith(`${inside}/`))) continue;
    const shown = isDirectory ? `${inside}/` : inside;
    const files = omitted.filter((file) => (isDirectory ? file.startsWith(shown) : file === inside));
    const pattern = files.length === 0 ? ignoringPattern(root, shown) : undefined;
    if (files.length > 0 || pattern !== undefined)
      return { path: shown, files, pattern, ...(place && { place }) };
  }
  return undefined;
}

type Filtering = { readonly source: Source; readonly kept: ReadonlySet<string> };

function fileFiltered(root: string, absences: readonly Absence[], { source, kept }: Filtering): Diagnostic {
  const paths = absences.map(({ path }) => path);
  const place = absences.find((each) => each.place)?.place;
  const exist = absences.length > 1 ? "they exist" : "it exists";
  const message = `the build reads ${backticked(paths)}, which the filter of its source leaves out`;
  return diagnostic("file-filtered", message, {
    place: place && { ...sourceLine(root, place), label: "read here" },
    notes: [`${exist} on disk, but only what the filter keeps reaches a build`],
    help: [`in \`gantry.config.ts\`: src: ${expressionIncluding(source, paths, kept)}`],
  });
}

function fileIgnored(root: string, { path, pattern, place }: Absence): Diagnostic {
  return diagnostic("file-ignored", `the build reads \`${path}\`, which git ignores`, {
    place: place && { ...sourceLine(root, place), label: "read here" },
    notes: [
      `the pattern is \`${pattern}\``,
      "what git ignores is in nobody else's checkout, so no build can have it",
    ],
    help: [`git add --force ${path}`],
  });
}

/** A place in a file of the source, with its line and, where a macro call stands there, all of it underlined. */
function sourceLine(root: string, at: Pick<Place, "file" | "line" | "column">): Place {
  const text = linesOf(`${root}/${at.file}`)[at.line - 1];
  if (text === undefined) return at;
  const call = /^[\w:]+!\s*\([^)]*\)+|^[\w.]+\([^)]*\)/.exec(text.slice(at.column - 1))?.[0];
  return { ...at, length: call?.length ?? 1, text };
}

/** The lines of a file; none if it cannot be read. */
function linesOf(file: string): string[] {
  return textOf(file)?.split(/\r?\n/) ?? [];
}
