import { isUtf8 } from "node:buffer";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { posix } from "node:path";
import type { Digest } from "../../base/digest.ts";
import { world } from "../../derivation/world.ts";
import type { Records } from "../../store/store.ts";
import { walk } from "../../tree/walk.ts";
import {
  buildScriptOutput,
  outDirectory,
  type TargetReader,
  type UnitPlace,
} from "../layout/targetLayout.ts";
import { type LocalSource, packageDirectory } from "./localSource.ts";
import type { PlannedUnit } from "./unitPlan.ts";

/** How many different lists are kept for one base key: a file that comes and goes has two. */
const kept = 4;

/** What units with this base key were seen to read, the latest first. See `LocalSource.digestOf` for the form. */
export function recordedReads(records: Records, base: Digest): readonly (readonly string[])[] {
  return records.get("reads", base) ?? [];
}

export function recordReads(records: Records, base: Digest, reads: readonly string[]): void {
  const text = JSON.stringify(reads);
  const others = recordedReads(records, base).filter((other) => JSON.stringify(other) !== text);
  records.set("reads", base, [reads, ...others].slice(0, kept));
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

type BuildScript = {
  readonly reader: TargetReader;
  readonly place: UnitPlace;
  /** See `LocalSource.workspace`. */
  readonly workspace: string;
};

/**
 * What the run of a build script read, see `LocalSource.digestOf`: what it says, or else its package; the files that
 * links in its `OUT_DIR` lead to, since rustc reads them under the names of the links; and libraries that it has linked.
 */
function buildScriptReads(planned: PlannedUnit, script: BuildScript): readonly string[] {
  const directory = packageDirectory(planned) ?? "";
  const lines = linesOf(script);
  const said = lines.flatMap((line) => /^cargo::?rerun-if-changed=(.*)$/.exec(line)?.[1] ?? []);
  const environment = lines.some((line) => /^cargo::?rerun-if-env-changed=/.test(line));
  const within = (paths: readonly string[]) => paths.flatMap((path) => inSource(path, directory) ?? []);
  const isSilent = said.length === 0 && !environment;
  const lock = posix.join(script.workspace, "Cargo.lock");
  const any = isSilent ? [`package:${directory}`, `data:${directory}`, `file:${lock}`] : [];
  const trees = within([...said, ...linkedFromOut(script)]).map((path) => `tree:${path}`);
  const libraries = within(librariesOf(lines)).map((path) => `file:${path}`);
  return [...any, ...new Set([...trees, ...libraries].sort())];
}

/** Where the linker may find libraries that lie in the source. Cargo does not look at them. */
function librariesOf(lines: readonly string[]): string[] {
  const valuesOf = (name: string) =>
    lines.flatMap(
      (line) => new RegExp(`^cargo::?${name}=(?:[a-z]+(?::[^=]*)?=)?(.*)$`).exec(line)?.[1] ?? [],
    );
  const names = valuesOf("rustc-link-lib").map((name) => name.replace(/:.*/, ""));
  return valuesOf("rustc-link-search").flatMap((directory) =>
    names.flatMap((name) => [`${directory}/lib${name}.a`, `${directory}/lib${name}.so`]),
  );
}

/** As Cargo takes them: it trims every line, and passes over those that are not UTF-8 (Cargo 1.95). */
function linesOf({ reader, place }: BuildScript): string[] {
  const output = reader.locate(buildScriptOutput(place));
  if (!output) return [];
  const lines = readFileSync(output, "latin1").split("\n");
  const bytes = lines.map((line) => Buffer.from(line, "latin1")).filter((line) => isUtf8(line));
  return bytes.map((line) => line.toString().replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ""));
}

/** Where the links in `OUT_DIR` lead, as absolute paths. */
function linkedFromOut({ reader, place }: BuildScript): string[] {
  const out = outDirectory(place);
  const host = reader.locate(out);
  if (!host || !existsSync(host)) return [];
  const links = [...walk(host)].filter(({ type }) => type === "symlink");
  return links.map(({ path }) =>
    posix.resolve(posix.dirname(`${world.targetDirectory}/${out}/${path}`), readlinkSync(`${host}/${path}`)),
  );
}

/**
 * Whether a unit included a file of the system by its path, as its dep-info says: such a unit depends on what is
 * installed. Of a unit without dep-info nobody knows.
 *
 * @param files of the unit, by path in the target directory
 */
export function includesOutside(reader: TargetReader, files: readonly string[]): boolean {
  const infos = files.flatMap((file) => reader.locate(file) ?? []).flatMap(depInfosIn);
  const included = infos.flatMap((info) => depInfoFiles(readFileSync(info, "utf8")));
  return infos.length === 0 || included.some(isOutside);
}

/** All that a step is given lies below `/build`, which is below the store where there is no sandbox. */
function isOutside(path: string): boolean {
  const place = posix.normalize(path);
  return place.startsWith("../") || (place.startsWith("/") && !/^(\/.*\/none)?\/build\//.test(place));
}

/**
 * The dep-info files of a unit, of which `path` is a file or directory: the file itself, or those of a directory. A
 * build script's lies beside it, in `build/<directory>/`, and in the new layout all lie in `build/<directory>/out/`.
 */
function depInfosIn(path: string): string[] {
  if (path.endsWith(".d")) return [path];
  return [path, `${path}/out`].flatMap((directory) => {
    if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
    return readdirSync(directory).flatMap((name) => (name.endsWith(".d") ? [`${directory}/${name}`] : []));
  });
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
