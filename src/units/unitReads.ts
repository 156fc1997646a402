import { readFileSync } from "node:fs";
import type { Digest } from "../base/digest.ts";
import type { Memo } from "../store/store.ts";
import { buildScriptReads } from "./buildScriptReads.ts";
import { depInfoFiles, depInfosIn, depInfoVariables } from "./depInfo.ts";
import { inSource } from "./inSource.ts";
import { type LocalSource, packageDirectory } from "./localSource.ts";
import type { TargetReader, UnitPlace } from "./targetLayout.ts";
import type { PlannedUnit } from "./unitPlan.ts";

const kind = "reads";

/** How many different lists are kept for one base key: a file that comes and goes has two. */
const kept = 4;

/** What units with this base key were seen to read, the latest first. See `LocalSource.digestOf` for the form. */
export function recordedReads(memo: Memo, base: Digest): readonly (readonly string[])[] {
  return JSON.parse(memo.get(kind, base) ?? "[]");
}

export function recordReads(memo: Memo, base: Digest, reads: readonly string[]): void {
  const text = JSON.stringify(reads);
  const others = recordedReads(memo, base).filter((other) => JSON.stringify(other) !== text);
  memo.set(kind, base, JSON.stringify([reads, ...others].slice(0, kept)));
}

type Compiled = {
  readonly reader: TargetReader;
  readonly place: UnitPlace;
  /** Of the unit, by path in the target directory. */
  readonly files: readonly string[];
} & Pick<LocalSource, "variables" | "workspace">;

/**
 * What a unit of the project's own read: rustc's dep-info says which files and variables, and a build script says with
 * `rerun-if-changed`, or else may have read the whole package, as Cargo assumes, and the lock. Both may read what no
 * package has. A unit that uses a proc macro may have read any file of its package that is not Rust's, and of the
 * macro's, with which the macro is compiled again. Build scripts and macros may have read any variable, whatever they
 * say.
 */
export function readsOf(
  planned: PlannedUnit,
  { reader, place, files, variables, workspace }: Compiled,
): readonly string[] {
  const directory = packageDirectory(planned) ?? "";
  const any = [...variables.map((name) => `env:${name}`), "variables:"];
  if (planned.unit.mode === "run-custom-build")
    return [...buildScriptReads(planned, { reader, place, workspace }), ...any];
  const infos = files.flatMap((file) => reader.locate(file) ?? []).flatMap(depInfosIn);
  const macros = planned.usesProcMacro ? [`names:${directory}`, `data:${directory}`, ...any] : [];
  const own = planned.unit.target.crateTypes.includes("proc-macro") ? [`own:${directory}`] : [];
  const lookedFor = [
    ...macros,
    ...own,
    ...(planned.unit.mode === "check" ? clippyConfigurations(directory) : []),
  ];
  // What is not known to be read cannot be told to be unchanged.
  if (infos.length === 0) return [...new Set([`package:${directory}`, ...lookedFor, ...any])];
  const texts = infos.map((file) => readFileSync(file, "utf8"));
  const read = texts.flatMap(depInfoFiles).flatMap((path) => inSource(path, workspace) ?? []);
  const candidates = read.flatMap((path) => [path, ...otherPlace(path)]).map((path) => `file:${path}`);
  const asked = texts.flatMap(depInfoVariables).map((name) => `env:${name}`);
  return [...new Set([...[...candidates, ...asked].sort(), ...lookedFor])];
}

/** Where rustc looks for a module besides, and finds nothing: a file at both places is an error (E0761). */
function otherPlace(path: string): string[] {
  if (path.endsWith("/mod.rs")) return [`${path.slice(0, -"/mod.rs".length)}.rs`];
  return path.endsWith(".rs") ? [`${path.slice(0, -".rs".length)}/mod.rs`] : [];
}

/** Clippy takes the first `clippy.toml` from the package's directory upwards; rustc names it only where there is one. */
function clippyConfigurations(directory: string): string[] {
  const parts = directory === "" ? [] : directory.split("/");
  const directories = [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join("/")}/`), ""];
  return directories.flatMap((each) => [`file:${each}.clippy.toml`, `file:${each}clippy.toml`]);
}
