import { posix } from "node:path";
import type { UnitTraces } from "../layout/unitTraces.ts";
import { type LocalSource, packageDirectory, type Read } from "./localSource.ts";
import type { PlannedUnit } from "./unitPlan.ts";

type Source = Pick<LocalSource, "variables" | "workspace">;

/**
 * What a unit of the project's own read. rustc's dep-info says which files and variables. A build script says it with
 * `rerun-if-changed`, or else may have read the whole package, as Cargo assumes, and the lock. Both may read what no
 * package has. A unit that uses a proc macro may have read any file of its package that is not Rust's, and of the
 * macro's, with which the macro is compiled again. Build scripts and macros may have read any variable, whatever they
 * say.
 */
export function readsOf(planned: PlannedUnit, traces: UnitTraces, source: Source): readonly Read[] {
  return traces.of === "compilation"
    ? compilationReads(planned, traces.depInfos, source)
    : buildScriptReads(planned, traces, source);
}

function compilationReads(planned: PlannedUnit, depInfos: readonly string[], source: Source): Read[] {
  const { unit, usesProcMacro } = planned;
  const directory = packageDirectory(planned) ?? "";
  const macros: Read[] = usesProcMacro
    ? [`names:${directory}`, `data:${directory}`, ...anyVariable(source)]
    : [];
  const own: Read[] = unit.target.crateTypes.includes("proc-macro") ? [`own:${directory}`] : [];
  const clippy = unit.mode === "check" ? clippySettings(directory) : [];
  const untold = [...macros, ...own, ...clippy];
  // What is not known to be read cannot be told to be unchanged.
  if (depInfos.length === 0)
    return [...new Set<Read>([`package:${directory}`, ...untold, ...anyVariable(source)])];
  const paths = depInfos.flatMap(depInfoFiles).flatMap((path) => inSource(path, source.workspace) ?? []);
  const files = paths.flatMap((path) => [path, ...otherPlace(path)]).map((path): Read => `file:${path}`);
  const variables = depInfos.flatMap(depInfoVariables).map((name): Read => `env:${name}`);
  return [...new Set([...[...files, ...variables].sort(), ...untold])];
}

function anyVariable({ variables }: Source): Read[] {
  return [...variables.map((name): Read => `env:${name}`), "variables:"];
}

/** Where rustc looks for a module besides, and finds nothing: a file at both places is an error (E0761). */
function otherPlace(path: string): string[] {
  if (path.endsWith("/mod.rs")) return [`${path.slice(0, -"/mod.rs".length)}.rs`];
  return path.endsWith(".rs") ? [`${path.slice(0, -".rs".length)}/mod.rs`] : [];
}

/** Clippy takes the first `clippy.toml` from the package's directory upwards; rustc names it only where there is one. */
function clippySettings(directory: string): Read[] {
  const parts = directory === "" ? [] : directory.split("/");
  const directories = [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join("/")}/`), ""];
  return directories.flatMap((each): Read[] => [`file:${each}.clippy.toml`, `file:${each}clippy.toml`]);
}

type BuildScriptTraces = Extract<UnitTraces, { readonly of: "build script" }>;

/**
 * What the run of a build script read: what it says, or else its package; the files that links in its `OUT_DIR` lead
 * to, since rustc reads them under the names of the links; and libraries that it has linked.
 */
function buildScriptReads(
  planned: PlannedUnit,
  { printed, links }: BuildScriptTraces,
  source: Source,
): Read[] {
  const directory = packageDirectory(planned) ?? "";
  const changes = printed.flatMap((line) => /^cargo::?rerun-if-changed=(.*)$/.exec(line)?.[1] ?? []);
  const namesVariables = printed.some((line) => /^cargo::?rerun-if-env-changed=/.test(line));
  const isSilent = changes.length === 0 && !namesVariables;
  const lock = posix.join(source.workspace, "Cargo.lock");
  const any: Read[] = isSilent ? [`package:${directory}`, `data:${directory}`, `file:${lock}`] : [];
  const within = (paths: readonly string[]) => paths.flatMap((path) => inSource(path, directory) ?? []);
  const trees = within([...changes, ...links]).map((path): Read => `tree:${path}`);
  const libraries = within(linkedLibraries(printed)).map((path): Read => `file:${path}`);
  return [...any, ...new Set([...trees, ...libraries].sort()), ...anyVariable(source)];
}

/** Where the linker may find libraries that lie in the source. Cargo does not look at them. */
function linkedLibraries(printed: readonly string[]): string[] {
  const valuesOf = (name: string) =>
    printed.flatMap(
      (line) => new RegExp(`^cargo::?${name}=(?:[a-z]+(?::[^=]*)?=)?(.*)$`).exec(line)?.[1] ?? [],
    );
  const names = valuesOf("rustc-link-lib").map((name) => name.replace(/:.*/, ""));
  return valuesOf("rustc-link-search").flatMap((directory) =>
    names.flatMap((name) => [`${directory}/lib${name}.a`, `${directory}/lib${name}.so`]),
  );
}

/** Without a sandbox `/build` lies below `none/` of the store, and absolute paths in dep-info say so. */
const sourcePath = /(?:^|\/none)\/build\/source(?:\/(.*))?$/;

/**
 * A path relative to the source, `""` for itself; undefined outside of it, where the environment or a dependency's key
 * covers it. `..` stays: where it leads, links decide.
 *
 * @param base the directory of the source that a relative path counts from
 */
export function inSource(path: string, base: string): string | undefined {
  const inside = sourcePath.exec(path);
  if (inside) return inside[1] ?? "";
  if (path.startsWith("/")) return undefined;
  return base === "" ? path : `${base}/${path}`;
}

/**
 * Whether a unit included a file of the system by its path: such a unit depends on what is installed. Of a unit
 * without dep-info nobody knows.
 */
export function includesSystem(depInfos: readonly string[]): boolean {
  return depInfos.length === 0 || depInfos.flatMap(depInfoFiles).some(isOutside);
}

/** All that a step is given lies below `/build`, which is below the store where there is no sandbox. */
function isOutside(path: string): boolean {
  const place = posix.normalize(path);
  return place.startsWith("../") || (place.startsWith("/") && !/^(\/.*\/none)?\/build\//.test(place));
}

/** The prerequisites in a Makefile as rustc writes it; spaces in names are escaped. */
function depInfoFiles(text: string): string[] {
  const first = text.split("\n").find((line) => line.includes(": ") && !line.startsWith("#"));
  if (!first) return [];
  const list = first.slice(first.indexOf(": ") + 2);
  return list
    .split(/(?<!\\) /)
    .map((path) => path.replaceAll("\\ ", " "))
    .filter((path) => path !== "");
}

/**
 * The variables that `env!` and `option_env!` asked for, but for those that Cargo sets for each package, whatever it was
 * asked for (`# env-dep:` lines, since Rust 1.46).
 */
function depInfoVariables(text: string): string[] {
  const names = text.split("\n").flatMap((line) => /^# env-dep:([^=]+)/.exec(line)?.[1] ?? []);
  return names.filter((name) => !/^(CARGO_(?!PRIMARY_PACKAGE$)|OUT_DIR$)/.test(name));
}
