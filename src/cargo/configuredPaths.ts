import { posix } from "node:path";
import { localPath } from "./localPath.ts";
import type { ConfigFile } from "./parseConfig.ts";
import { parseToml } from "./parseToml.ts";
import { isTable, type TomlTable, type TomlValue } from "./toml.ts";
import { wordPaths } from "./wordPaths.ts";

/** The source that a configuration belongs to. Paths are relative to its root, which is `.` itself. */
export type ConfiguredSource = {
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
export function configuredPaths({ file, text }: ConfigFile, source: ConfiguredSource): readonly string[] {
  const document = parseToml(file, text);
  if (!document.ok) return [];
  const { table } = document.value;
  const base = posix.dirname(posix.dirname(file));
  const bases = [...new Set([base, ...source.workspaces])];
  const found = [
    ...settingsIn(table).flatMap(({ at, whole, words }) => {
      if (isProgram(at)) return [...whole, ...words].filter(isPath).flatMap((word) => placesOf(word, [base]));
      return isFlags(at) ? inFlags(words, bases, source) : [];
    }),
    ...variablesIn(table.env).flatMap(({ value, isRelative }) =>
      isRelative ? placesOf(value, [base]) : inFlags(value.split(/\s+/), [], source),
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
      placesOf(path, bases).filter(
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

const root = "/build/source";

/** Where in the source a path may lead. */
function placesOf(path: string, bases: readonly string[]): string[] {
  const absolute = posix.isAbsolute(path) ? posix.relative(root, path) : undefined;
  if (absolute !== undefined) return localPath(".", absolute || ".") === undefined ? [] : [absolute || "."];
  return bases.flatMap((base) => localPath(base, path) ?? []);
}
