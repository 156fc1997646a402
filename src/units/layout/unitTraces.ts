import { isUtf8 } from "node:buffer";
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { buildScriptOutput, type TargetReader, type UnitPlace } from "./targetLayout.ts";

/** What was left in the target directory that tells what a unit read. */
export type UnitTraces =
  | {
      readonly of: "compilation";
      /** The texts of rustc's dep-info files. */
      readonly depInfos: readonly string[];
    }
  | {
      readonly of: "build script";
      readonly asked: AskedByScript;
    };

/** What a build script told Cargo to look at, to find out whether it has to run again. */
type AskedByScript = {
  /** The paths that it named by `rerun-if-changed`. */
  readonly changes: readonly string[];
  /** The variables that it named by `rerun-if-env-changed`. */
  readonly variables: readonly string[];
};

/** @param files of the unit, by path in the target directory */
export function compilationTraces(reader: TargetReader, files: readonly string[]): UnitTraces {
  return { of: "compilation", depInfos: depInfosOf(reader, files) };
}

/** The texts of a unit's dep-info files. */
export function depInfosOf(reader: TargetReader, files: readonly string[]): readonly string[] {
  const paths = files.flatMap((file) => reader.locate(file) ?? []).flatMap(depInfosAt);
  return paths.map((path) => readFileSync(path, "utf8"));
}

export function buildScriptTraces(reader: TargetReader, place: UnitPlace): UnitTraces {
  return { of: "build script", asked: askedByScript(reader, place) };
}

/**
 * The dep-info files of a unit, of which `path` is a file or directory: the file itself, or those of a directory. A
 * build script's lies beside it, in `build/<directory>/`, and in the new layout all lie in `build/<directory>/out/`.
 */
function depInfosAt(path: string): string[] {
  if (path.endsWith(".d")) return [path];
  return [path, `${path}/out`].flatMap((directory) => {
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
    return readdirSync(directory).flatMap((name) => (name.endsWith(".d") ? [`${directory}/${name}`] : []));
  });
}

/**
 * What the build script at a place told Cargo. It may have printed millions of lines besides, so that only those for Cargo
 * are made strings.
 */
export function askedByScript(reader: TargetReader, place: UnitPlace): AskedByScript {
  const output = reader.locate(buildScriptOutput(place));
  const changes = new Set<string>();
  const variables = new Set<string>();
  for (const lines of output === undefined ? [] : wholeLines(output)) {
    for (const line of instructionsIn(lines)) {
      const [, what, name = ""] = /^cargo::?rerun-if-(changed|env-changed)=(.*)$/s.exec(line) ?? [];
      if (what === "changed") changes.add(name);
      if (what === "env-changed") variables.add(name);
    }
  }
  return { changes: [...changes], variables: [...variables] };
}

/** In bytes. Linux knows no path and no variable that is nearly as long. */
const longestInstruction = 1024 * 1024;

/** A file in parts that end with a line. Of a line that is longer than an instruction can be, the beginning is replaced. */
function* wholeLines(file: string): Generator<Buffer> {
  const piece = Buffer.alloc(longestInstruction);
  const descriptor = openSync(file, "r");
  let begun = Buffer.alloc(0);
  try {
    for (;;) {
      const length = readSync(descriptor, piece, 0, piece.length, null);
      if (length === 0) break;
      const text = Buffer.concat([begun, piece.subarray(0, length)]);
      const end = text.lastIndexOf(newline) + 1;
      if (end > 0) yield text.subarray(0, end);
      const rest = text.subarray(end);
      // The rest of it does not begin a line.
      begun = rest.length > longestInstruction ? Buffer.from("-") : rest;
    }
    yield begun;
  } finally {
    closeSync(descriptor);
  }
}

const newline = 0x0a;
const marker = "cargo:";

/** The lines that are for Cargo. It trims every line, and passes over those that are not UTF-8 (Cargo 1.95). */
function* instructionsIn(text: Buffer): Generator<string> {
  for (let at = text.indexOf(marker); at !== -1; ) {
    let start = at;
    while (start > 0 && mayBeSpace(text[start - 1])) start -= 1;
    const found = text.indexOf(newline, at);
    const end = found === -1 ? text.length : found;
    const line = text.subarray(start, end);
    if ((start === 0 || text[start - 1] === newline) && isUtf8(line)) {
      const trimmed = line.toString().replace(outerSpace, "");
      if (trimmed.startsWith(marker)) yield trimmed;
    }
    at = text.indexOf(marker, end);
  }
}

/** What is in the middle is looked at once. */
const outerSpace = /^\p{White_Space}+|(?<!\p{White_Space})\p{White_Space}+$/gu;

/** Whether a byte is white space, or part of a character that may be. */
function mayBeSpace(byte = newline): boolean {
  return byte >= 0x80 || byte === 0x20 || (byte > newline && byte <= 0x0d) || byte === 0x09;
}
