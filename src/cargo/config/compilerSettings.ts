import { posix } from "node:path";
import { isPlanningFile, isWithin, localPath } from "../paths.ts";
import {
  canonicalToml,
  isTable,
  mapTable,
  omitKeys,
  parseToml,
  type TomlTable,
  type TomlValue,
  unlessEmpty,
} from "../toml/toml.ts";
import type { CargoConfigFile } from "./parseCargoConfig.ts";

/**
 * Of a `.cargo/config.toml` what can reach a compiler: without comments, without how Cargo talks to servers and people,
 * and without where packages come from (`[patch]`, `[source]`), as what came of that is in Cargo's plan and in the
 * packages themselves. A file that cannot be parsed is taken as it is.
 *
 * @param isForeign whether nothing is compiled for the platform of a `[target.…]` table
 */
export function compilerSettings(text: string, isForeign: (platform: string) => boolean): string {
  const document = parseToml("config.toml", text);
  if (!document.ok) return text;
  const settings = mapTable(omitKeys(document.value.table, notForCompilers), (value, key) =>
    key === "target" && isTable(value)
      ? unlessEmpty(mapTable(value, (table, platform) => (isForeign(platform) ? undefined : table)))
      : value,
  );
  return canonicalToml(settings);
}

const notForCompilers: ReadonlySet<string> = new Set([
  ...["patch", "source", "registries", "registry"],
  ...["http", "net", "term"],
]);

/** The source that a configuration belongs to. Paths are relative to its root, which is `.` itself. */
type ConfiguredSource = {
  /** Where Cargo finds the source, for settings that name absolute paths in it. */
  readonly root: string;
  /** Where Cargo is run, and so rustc for the packages of the workspace. */
  readonly workspaces: readonly string[];
  /** What lies at a path, links followed. */
  readonly kindOf: (path: string) => "file" | "directory" | undefined;
  /** Of a file that `kindOf` knows. */
  readonly textOf: (path: string) => string;
};

/**
 * Files and directories of the source that a file of Cargo's configuration names where a compiler or a build script may
 * read them: programs that compile or link, words of flags, and variables that hold a path. In order, each once; none of
 * a file that cannot be parsed.
 *
 * Not the `runner` of a target: it runs what was compiled, and no build script (Cargo 1.95,
 * `Compilation::host_process`).
 *
 * @param config its path relative to the source's root
 * @example
 * configuredPaths({ file: ".cargo/config.toml", text: 'build.rustflags = ["@flags.txt"]' }, source) // ["flags.txt"]
 */
export function configuredPaths(
  { file, text }: CargoConfigFile,
  source: ConfiguredSource,
): readonly string[] {
  const document = parseToml(file, text);
  if (!document.ok) return [];
  const { table } = document.value;
  const base = posix.dirname(posix.dirname(file));
  const bases = [...new Set([base, ...source.workspaces])];
  const found = [
    ...settingsIn(table).flatMap(({ at, whole, words }) => {
      if (isProgram(at))
        return [...whole, ...words].filter(isPath).flatMap((word) => placesOf(word, [base], source));
      return isFlags(at) ? inFlags(words, bases, source) : [];
    }),
    ...variablesIn(table.env).flatMap(({ value, isRelative }) =>
      isRelative ? placesOf(value, [base], source) : inFlags(value.split(/\s+/), [], source),
    ),
  ];
  return [...new Set(found.filter((path) => source.kindOf(path)))].sort();
}

type Setting = {
  readonly at: readonly string[];
  /** A string as it is written, which may be a path with spaces. */
  readonly whole: readonly string[];
  readonly words: readonly string[];
};

function settingsIn(table: TomlTable): Setting[] {
  return ["build", "host", "profile", "target"].flatMap((name) => settingsBelow([name], table[name]));
}

function settingsBelow(at: readonly string[], value: TomlValue | undefined): Setting[] {
  if (isTable(value)) {
    return Object.entries(value).flatMap(([key, child]) => settingsBelow([...at, key], child));
  }
  if (typeof value === "string") return [{ at, whole: [value], words: value.split(/\s+/) }];
  if (!Array.isArray(value)) return [];
  return [{ at, whole: [], words: value.filter((word) => typeof word === "string") }];
}

/** Besides programs, the file that describes a target: its path counts from the same place. */
function isProgram(at: readonly string[]): boolean {
  const key = at.at(-1) ?? "";
  if (key === "runner") return at[0] === "host";
  return /^(rustc|rustdoc|linker|ar|target)$|wrapper$/.test(key);
}

/** `rustc-link-search` and the like are what a build script would have printed that a table overrides. */
function isFlags(at: readonly string[]): boolean {
  return /^(rustflags|rustdocflags|rustc-.+)$/.test(at.at(-1) ?? "");
}

/** A program without a slash is looked up on the `PATH`. */
function isPath(word: string): boolean {
  return word.includes("/") || word.endsWith(".json");
}

function variablesIn(env: TomlValue | undefined): { value: string; isRelative: boolean }[] {
  return Object.values(isTable(env) ? env : {}).flatMap((entry) => {
    const value = isTable(entry) ? entry.value : entry;
    return typeof value === "string"
      ? [{ value, isRelative: isTable(entry) && entry.relative === true }]
      : [];
  });
}

/**
 * A directory is taken for one only where its name has a slash or a flag asks for one: `--cfg test` does not name the
 * directory `test`. What maps one path to another reads neither. The flags in a file (`@flags.txt`) are looked at, too.
 */
function inFlags(
  words: readonly string[],
  bases: readonly string[],
  source: ConfiguredSource,
  seen: ReadonlySet<string> = new Set(),
): string[] {
  return words.flatMap((word, index) => {
    const flag = `${words[index - 1] ?? ""} ${word}`;
    if (/remap-[a-z]+-prefix|-prefix-map/.test(flag)) return [];
    const asksForDirectory = /-[LIBF]|search|sysroot|dir\b/.test(flag);
    const places = wordPaths(word).flatMap((path) =>
      placesOf(path, bases, source).filter(
        (place) => path.includes("/") || asksForDirectory || source.kindOf(place) === "file",
      ),
    );
    if (!word.includes("@")) return places;
    const files = places.filter((place) => source.kindOf(place) === "file" && !seen.has(place));
    const more = files.flatMap((place) =>
      inFlags(source.textOf(place).split(/\s+/), bases, source, new Set([...seen, place])),
    );
    return [...places, ...more];
  });
}

/** Where in the source a path may lead. */
function placesOf(path: string, bases: readonly string[], { root }: ConfiguredSource): string[] {
  const absolute = posix.isAbsolute(path) ? posix.relative(root, path) : undefined;
  if (absolute !== undefined) return localPath(".", absolute || ".") === undefined ? [] : [absolute || "."];
  return bases.flatMap((base) => localPath(base, path) ?? []);
}

/**
 * What in a word of flags may be a path, each once: all of it, and its parts between the characters that rustc, the C
 * compiler and `ld` put before a path, with and without a flag of one letter.
 *
 * @example
 * wordPaths("-Clink-arg=-Wl,-T,ld.x") // among others "ld.x"
 */
export function wordPaths(word: string): readonly string[] {
  const marks = [...word.matchAll(/[@=,:;\s"']/g)].map(({ index }) => index);
  const starts = [0, ...marks.map((index) => index + 1)];
  const ends = [...marks, word.length];
  const parts = starts.flatMap((start) =>
    ends.filter((end) => end > start).map((end) => word.slice(start, end)),
  );
  return [...new Set(parts.flatMap((part) => [part, part.replace(/^-[A-Za-z]/, "")]))].filter(
    (part) => part !== "",
  );
}

/**
 * The files of a directory that Cargo's configuration names. Where packages lie in it, their code and manifests are
 * left out: `[env] ROOT = { value = "", relative = true }` must not compile everything after each edit.
 *
 * @param paths of all files of the source
 */
export function directoryFiles(directory: string, paths: readonly string[]): readonly string[] {
  const within = paths.filter((path) => isWithin(path, directory));
  const holdsPackages = within.some((path) => posix.basename(path) === "Cargo.toml");
  return holdsPackages ? within.filter((path) => !path.endsWith(".rs") && !isPlanningFile(path)) : within;
}
