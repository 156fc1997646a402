import { posix } from "node:path";
import { localPath, upward } from "../../base/paths.ts";
import {
  canonicalToml,
  isTable,
  mapTable,
  omitKeys,
  parseToml,
  type TomlDocument,
  type TomlPath,
  type TomlTable,
  type TomlValue,
  unlessEmpty,
} from "../toml/toml.ts";

/** A file of Cargo's settings. */
export type CargoConfigFile = { readonly file: string; readonly text: string };

/**
 * The files that Cargo merges into its settings for a command run in `directory`, the strongest first: what
 * `configFileIn` finds in its `.cargo`, and in that of each directory above. Those that they include are not among them.
 *
 * Source: The Cargo Book, "Configuration", hierarchical structure (Cargo 1.95).
 *
 * @param directory absolute, or relative to the source's root, which is `.` itself
 */
export function findConfigFiles(directory: string, isFile: (path: string) => boolean): string[] {
  return upward(directory).flatMap((at) => configFileIn(posix.join(at, ".cargo"), isFile) ?? []);
}

/**
 * The file of settings in a `.cargo`, or in Cargo's home. Where there are both `config` and `config.toml`, Cargo reads
 * the one without the ending.
 */
export function configFileIn(directory: string, isFile: (path: string) => boolean): string | undefined {
  return ["config", "config.toml"].map((name) => posix.join(directory, name)).find(isFile);
}

/**
 * The texts of files of Cargo's settings and of those that they include, the strongest first, each once. What is not
 * there or not understood is left out: Cargo says what is wrong with it, and better.
 *
 * @param files the strongest first, as `findConfigFiles` gives them
 * @param textOf the text of a file; undefined where there is none
 */
export function configTexts(
  files: readonly string[],
  textOf: (file: string) => string | undefined,
): readonly CargoConfigFile[] {
  const texts = new Map<string, string>();
  const queue = [...files];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const text = texts.has(file) ? undefined : textOf(file);
    if (text === undefined) continue;
    texts.set(file, text);
    // Most files include none, and need no parsing.
    const document = text.includes("include") ? parseToml(file, text) : undefined;
    const includes = document?.ok ? configIncludes(document.value) : [];
    queue.unshift(...includes.map((include) => include.file));
  }
  return [...texts].map(([file, text]) => ({ file, text }));
}

/** An element of `include`. */
type ConfigInclude = {
  /** As written: it counts from the directory of the including file. */
  readonly path: string;
  /** The included file, named in the way in which the including one is. */
  readonly file: string;
  /** Where in the including file it stands. */
  readonly at: TomlPath;
};

/**
 * What a file of Cargo's settings includes (`include`, stable since Cargo 1.94), the strongest first, which is the last
 * that is written. The including file itself is stronger than all of them. What is of another type is left to Cargo.
 */
export function configIncludes({ file, table }: TomlDocument): readonly ConfigInclude[] {
  const elements = Array.isArray(table.include) ? table.include : [];
  const includes = elements.flatMap((element, index): ConfigInclude[] => {
    const path = isTable(element) ? element.path : element;
    if (typeof path !== "string") return [];
    return [{ path, file: posix.join(posix.dirname(file), path), at: ["include", index] }];
  });
  return includes.reverse();
}

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
  const settings = mapTable(omitKeys(document.value.table, notForCompilers), (value, key) => {
    if (!isTable(value)) return value;
    if (key === "target")
      return unlessEmpty(mapTable(value, (table, platform) => (isForeign(platform) ? undefined : table)));
    if (key === "resolver") return unlessEmpty(omitKeys(value, aboutVersions));
    return key === "build" ? unlessEmpty(mapTable(value, withoutPlatform)) : value;
  });
  return canonicalToml(settings);
}

/** Which platforms are compiled for is in Cargo's plan; what a file says of one, is not. */
function withoutPlatform(value: TomlValue, key: string): TomlValue | undefined {
  const names = key === "target" ? [value].flat() : [undefined];
  return names.every((name) => typeof name === "string" && !name.endsWith(".json")) ? undefined : value;
}

const notForCompilers: ReadonlySet<string> = new Set([
  ...["patch", "source", "registries", "registry"],
  ...["http", "net", "term"],
]);

/** Which versions Cargo may choose (Cargo 1.84, 1.100): the lock has chosen. */
const aboutVersions: ReadonlySet<string> = new Set([
  "incompatible-publish-age",
  "incompatible-rust-versions",
]);

/** A source, as far as Cargo's settings lead into it. Paths are relative to its root, which is `.` itself. */
type SettingsSource = {
  /** Where Cargo finds the source, for settings that name absolute paths in it. */
  readonly root: string;
  /** Where Cargo is run, and so rustc for the packages of the workspace. */
  readonly workspaces: readonly string[];
  /** What lies at a path, links followed. */
  readonly kindOf: (path: string) => "file" | "directory" | undefined;
  /** Of a file that `kindOf` knows. */
  readonly textOf: (path: string) => string;
  /** The paths of all files below a directory. What a link in it leads to is below it, too. */
  readonly filesBelow: (directory: string) => readonly string[];
};

/**
 * What of the source Cargo's settings name where a compiler or a build script may read it: programs that compile or
 * link, words of flags, and variables that hold a path. By the path that is named: itself, or the files of the
 * directory. A file of settings that cannot be parsed names nothing.
 *
 * Not the `runner` of a platform: it runs what was compiled, and no build script (Cargo 1.95,
 * `Compilation::host_process`).
 *
 * @param configs their paths are relative to the source's root
 * @example
 * filesNamedBySettings([{ file: ".cargo/config.toml", text: 'build.rustflags = ["@flags.txt"]' }], source)
 * // new Map([["flags.txt", ["flags.txt"]]])
 */
export function filesNamedBySettings(
  configs: readonly CargoConfigFile[],
  source: SettingsSource,
): ReadonlyMap<string, readonly string[]> {
  const paths = new Set(configs.flatMap((config) => pathsNamedBy(config, source)));
  return new Map(
    [...paths].sort().map((path) => [path, source.kindOf(path) === "file" ? [path] : filesOf(path, source)]),
  );
}

/**
 * Where packages lie in a directory, their code and manifests do not count: `[env] ROOT = { value = "", relative = true }`
 * must not compile everything after each edit.
 */
function filesOf(directory: string, { filesBelow }: SettingsSource): readonly string[] {
  const files = filesBelow(directory);
  const holdsPackages = files.some((path) => posix.basename(path) === "Cargo.toml");
  return holdsPackages ? files.filter((path) => !path.endsWith(".rs") && !isPlanningFile(path)) : files;
}

function pathsNamedBy({ file, text }: CargoConfigFile, source: SettingsSource): string[] {
  const document = parseToml(file, text);
  if (!document.ok) return [];
  const { table } = document.value;
  const base = posix.dirname(posix.dirname(file));
  const bases = [...new Set([base, ...source.workspaces])];
  const paths = [
    ...settingsIn(table).flatMap(({ at, whole, words }) => {
      if (isProgram(at))
        return [...whole, ...words].filter(isPath).flatMap((word) => placesOf(word, [base], source));
      return isFlags(at) ? inFlags(words, { bases, source }) : [];
    }),
    ...variablesIn(table.env).flatMap(({ value, isRelative }) =>
      isRelative ? placesOf(value, [base], source) : inFlags(value.split(/\s+/), { bases: [], source }),
    ),
  ];
  return paths.filter((path) => source.kindOf(path) !== undefined);
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

/** Besides programs, the file that describes a platform: its path counts from the same place. */
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

/** The directories that relative paths may count from. */
type Where = { readonly bases: readonly string[]; readonly source: SettingsSource };

/**
 * A directory is taken for one only where its name has a slash or a flag asks for one: `--cfg test` does not name the
 * directory `test`. What maps one path to another reads neither. The flags in a file (`@flags.txt`) are looked at, too.
 */
function inFlags(words: readonly string[], where: Where, seen: ReadonlySet<string> = new Set()): string[] {
  const { bases, source } = where;
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
      inFlags(source.textOf(place).split(/\s+/), where, new Set([...seen, place])),
    );
    return [...places, ...more];
  });
}

/** Where in the source a path may lead. */
function placesOf(path: string, bases: readonly string[], { root }: SettingsSource): string[] {
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
 * Whether Cargo, or rustup for it, reads the file at `path` itself: manifests, locks, settings, toolchain files.
 *
 * @example
 * isPlanningFile("crates/app/Cargo.toml") // true
 */
export function isPlanningFile(path: string): boolean {
  return /(^|\/)(Cargo\.(toml|lock)|\.cargo\/config(\.toml)?|rust-toolchain(\.toml)?)$/.test(path);
}
