import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync, statSync } from "node:fs";
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
      /** The lines that it printed. */
      readonly printed: readonly string[];
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
  return { of: "build script", printed: printedLines(reader, place) };
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

/** The paths that a build script named by `rerun-if-changed`. */
export function changesNamed(printed: readonly string[]): string[] {
  return printed.flatMap((line) => /^cargo::?rerun-if-changed=(.*)$/.exec(line)?.[1] ?? []);
}

/** What a build script printed, as Cargo takes it: it trims every line, and passes over those that are not UTF-8 (Cargo 1.95). */
export function printedLines(reader: TargetReader, place: UnitPlace): string[] {
  const output = reader.locate(buildScriptOutput(place));
  if (!output) return [];
  const lines = readFileSync(output, "latin1").split("\n");
  const bytes = lines.map((line) => Buffer.from(line, "latin1")).filter((line) => isUtf8(line));
  return bytes.map((line) => line.toString().replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ""));
}
