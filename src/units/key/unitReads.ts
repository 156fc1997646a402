import { posix } from "node:path";
import { isWithin, parentOf } from "../../base/paths.ts";
import { world } from "../../derivation/world.ts";
import type { Access } from "../../sandbox/observation.ts";
import type { UnitTraces } from "../layout/unitTraces.ts";
import { type LocalSource, packageDirectory, type Read } from "./localSource.ts";
import type { PlannedUnit } from "./unitPlan.ts";

type Source = Pick<LocalSource, "variables" | "workspace" | "isDirectory" | "textOf">;

/**
 * What was seen of a unit's processes, or why that is not all. `hooks` says what it may have read of what a hook made,
 * from any file.
 */
export type Seen = ({ readonly accesses: readonly Access[] } | { readonly gap: string }) & {
  readonly hooks?: string;
};

/**
 * What a unit of the project's own read: what was seen of its processes, and what cannot be seen. Variables are read in
 * memory: rustc's dep-info says which `env!` asked for, and build scripts and macros may have read any. Which files
 * changed since a build script ran, Cargo looks for by itself: below what the script said with `rerun-if-changed`, or
 * else in its package.
 *
 * What was not seen may have been anything, except where rustc alone reads: then dep-info tells.
 */
export function readsOf(
  planned: PlannedUnit,
  { traces, seen }: { readonly traces: UnitTraces; readonly seen: Seen },
  source: Source,
): readonly Read[] {
  const said =
    traces.of === "build script" ? sayings(planned, traces, source) : compiledFrom(planned, traces, source);
  if ("accesses" in seen) {
    const made: Read[] = seen.hooks === undefined ? [] : [`source:${seen.hooks}`];
    return [...new Set([...said, ...observed(seen.accesses, source, new Set(said)), ...made])];
  }
  const isAlone = traces.of === "compilation" && readsByRustc(planned, traces, source);
  const isAll = isAlone && seen.hooks === undefined;
  return [...new Set<Read>(isAll ? said : [...said, `source:${seen.gap}`, ...anyVariable(source)])];
}

type BuildScriptTraces = Extract<UnitTraces, { readonly of: "build script" }>;
type CompilationTraces = Extract<UnitTraces, { readonly of: "compilation" }>;

/** What Cargo looks at to find out whether a build script has to run again. */
function sayings(planned: PlannedUnit, { asked }: BuildScriptTraces, source: Source): Read[] {
  const directory = packageDirectory(planned) ?? "";
  const { changes, variables } = asked;
  const isSilent = changes.length === 0 && variables.length === 0;
  const trees = changes.flatMap((path): Read[] => {
    const inside = inSource(path, directory);
    return inside === undefined ? inputAt(path, source) : [`tree:${inside}`];
  });
  return [...(isSilent ? [`names:${directory}` as const] : []), ...trees.sort(), ...anyVariable(source)];
}

/** What rustc says that a unit was compiled from. */
function compiledFrom(planned: PlannedUnit, { depInfos }: CompilationTraces, source: Source): Read[] {
  const paths = filesOf(depInfos, source).flatMap((path) => [path, ...otherPlace(path)]);
  const files = paths.map((path): Read => `file:${path}`);
  const variables = depInfos.flatMap(depInfoVariables).map((name): Read => `env:${name}`);
  const mayReadAny = planned.usesProcMacro || depInfos.length === 0;
  return [...[...files, ...variables].sort(), ...(mayReadAny ? anyVariable(source) : [])];
}

function filesOf(depInfos: readonly string[], { workspace }: Source): string[] {
  return includedFiles(depInfos).flatMap((path) => inSource(path, workspace) ?? []);
}

function anyVariable({ variables }: Pick<Source, "variables">): Read[] {
  return [...variables.map((name): Read => `env:${name}`), "variables:"];
}

/** Where rustc looks for a module besides, and finds nothing: a file at both places is an error (E0761). */
function otherPlace(path: string): string[] {
  if (path.endsWith("/mod.rs")) return [`${path.slice(0, -"/mod.rs".length)}.rs`];
  return path.endsWith(".rs") ? [`${path.slice(0, -".rs".length)}/mod.rs`] : [];
}

/**
 * Whether rustc alone can have read files for a unit, and has told which: nothing is linked, no macro runs, and no
 * assembler includes what it likes.
 */
function readsByRustc(
  { unit, usesProcMacro }: PlannedUnit,
  { depInfos }: CompilationTraces,
  source: Source,
): boolean {
  const isLibrary = unit.target.crateTypes.every((type) => /^r?lib$/.test(type));
  const isAlone = isLibrary && unit.mode === "build" && !usesProcMacro && depInfos.length > 0;
  return isAlone && !filesOf(depInfos, source).some((path) => /asm\s*!/.test(source.textOf(path)));
}

/**
 * Of what was seen, what lies in the source or in another part of the world that is no part of the environment.
 *
 * @param said what is known to be read already
 */
function observed(accesses: readonly Access[], source: Source, said: ReadonlySet<Read>): Read[] {
  const reads = new Set(accesses.flatMap((access) => readsIn(access, source)));
  const run = new Set(accesses.flatMap((access) => (access.kind === "run" ? readsIn(access, source) : [])));
  for (const read of reads) {
    // rustc tells what it opens itself.
    if (read.startsWith("open:") && !run.has(read) && said.has(`file:${read.slice("open:".length)}`))
      reads.delete(read);
  }
  for (const read of reads) {
    const path = read.startsWith("look:") ? read.slice("look:".length) : undefined;
    // Opening shows kind and size as well.
    if (path !== undefined && (reads.has(`open:${path}`) || reads.has(`list:${path}`))) reads.delete(read);
  }
  // A program of the project may have asked for any variable, and so may what it started.
  const asksAny = [...run].some((read) => read.startsWith("open:"));
  return [...[...reads].sort(), ...(asksAny ? anyVariable(source) : [])];
}

/** What an access shows of the source and the crates. */
export function readsIn({ kind, path }: Access, source: Pick<Source, "isDirectory" | "workspace">): Read[] {
  const inside = inSource(path, "");
  if (inside === undefined) return inputAt(path, source);
  if (kind === "look" || kind === "link") return [`${kind}:${inside}`];
  const found: Read = source.isDirectory(inside) ? `list:${inside}` : `open:${inside}`;
  if (kind !== "write") return [found];
  // Whether it succeeds, and whether it changes anything, depends on what lies there, and in what.
  return inside === "" ? [] : [found, `look:${parentOf(inside)}`];
}

/** What is mounted at a path, if its content is no part of the environment: vendored crates, and Cargo's settings. */
function inputAt(path: string, { workspace }: Pick<Source, "workspace">): Read[] {
  const place = posix.normalize(path);
  const crate = crateOf(place);
  if (crate !== undefined) return [`input:${crate}`];
  // The lock decides which crates there are.
  if (place === world.vendor) return [`file:${posix.join(workspace, "Cargo.lock")}`];
  return isWithin(place, world.cargoConfig) ? [`input:${world.cargoConfig}`] : [];
}

/** The directory of the vendored crate that an absolute path lies in; undefined: it lies in none. */
export function crateOf(path: string): string | undefined {
  return new RegExp(`^${world.vendor}/[^/]+`).exec(path)?.[0];
}

/** Without a sandbox `/build` lies below `none/` of the store, and absolute paths in dep-info say so. */
const sourcePath = /(?:^|\/none)\/build\/source(?:\/(.*))?$/s;

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
  return depInfos.length === 0 || includedFiles(depInfos).some(isOutside);
}

/** The files that rustc says a unit was compiled from. */
export function includedFiles(depInfos: readonly string[]): string[] {
  return depInfos.flatMap(depInfoFiles);
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
  return names.filter((name) => !/^(CARGO_(?!PRIMARY_PACKAGE$|BIN_EXE_)|OUT_DIR$)/.test(name));
}
