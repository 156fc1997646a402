import { readFileSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import { isWithin, localPath } from "../../base/paths.ts";
import {
  type CargoConfigFile,
  compilerSettings,
  configTexts,
  filesNamedBySettings,
  findConfigFiles,
} from "../../cargo/config/settings.ts";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import type { Mount } from "../../sandbox/sandbox.ts";
import { digestFile, isFile, textOf } from "../../tree/files.ts";
import { entriesOf } from "../../tree/walk.ts";

/** What the source's own `.cargo/config.toml` and the like give to the units that are compiled with them. */
export type CargoSettings = {
  /** Of each file what can reach a compiler, the strongest first. */
  readonly settings: readonly string[];
  /** What they name of the source's files. */
  readonly files: NamedFiles;
};

/**
 * The source's own settings of Cargo, read where they lie: their flags and variables reach every unit. A file that does
 * not lie at the source's root has its path said with its settings, since paths in it count from there.
 */
export function cargoSettingsIn(mounts: readonly Mount[], derivation: Derivation): CargoSettings {
  const sources = sourceConfigs(mounts, derivation);
  const configs = sources.flatMap((source) => source.configs);
  const isForeign = foreignTo(derivation, configs);
  const settings = configs.flatMap(({ file, text }) => {
    const kept = compilerSettings(text, isForeign);
    if (kept === "") return [];
    return /^\.cargo\/config(\.toml)?$/.test(file) ? [kept] : [`# ${file}\n${kept}`];
  });
  return { settings, files: namedFiles(sources, derivation) };
}

/**
 * Which platforms of `[target.…]` nothing is compiled for: those of other systems, by their triples, which nothing
 * names that could choose them.
 */
function foreignTo({ env, targetDirectory }: Derivation, configs: readonly { readonly text: string }[]) {
  const choosing = [...(targetDirectory?.plans.flat() ?? []), ...Object.values(env)].join("\n");
  const isChosen = configs.some(({ text }) => /\btargets?"?\s*=/.test(text));
  return (platform: string): boolean =>
    !isChosen && /^[\w.-]+$/.test(platform) && !platform.includes("linux") && !choosing.includes(platform);
}

/** A directory that is mounted at `/build/source`, and Cargo's settings in it. */
type ConfiguredDirectory = {
  readonly directory: string;
  /** By paths relative to the directory, the strongest first. */
  readonly configs: readonly CargoConfigFile[];
};

/**
 * The files with Cargo's settings that arguments name, that lie in the workspace and in the directories above it, and those that
 * they include.
 */
function sourceConfigs(
  mounts: readonly Mount[],
  { targetDirectory, workspace = "" }: Pick<Derivation, "targetDirectory" | "workspace">,
): ConfiguredDirectory[] {
  const source = mounts.find(({ at }) => at === world.source);
  const directories = source?.kind === "read-only" ? source.directories : [];
  return directories.map((directory) => {
    const isThere = (path: string) => isFile(join(directory, path));
    const named = configArguments(targetDirectory).flatMap((value) => placeInSource(value, workspace) ?? []);
    const files = [...named.filter(isThere), ...findConfigFiles(workspace || ".", isThere)];
    const read = (path: string) =>
      localPath(".", path) === undefined ? undefined : textOf(join(directory, path));
    return { directory, configs: configTexts(files, read) };
  });
}

/** The digest of each file and directory of the source that Cargo's settings name, by path. */
type NamedFiles = Readonly<Record<string, Digest>>;

/**
 * What Cargo's settings name in the sources, and what the step's variables and arguments name of them, with its content:
 * a unit that such a file has a part in does not tell. Read where it lies, since few projects name any.
 */
function namedFiles(
  sources: readonly ConfiguredDirectory[],
  derivation: Pick<Derivation, "env" | "targetDirectory" | "workspace">,
): NamedFiles {
  const { workspace = "." } = derivation;
  const ofCommand = commandConfigs(derivation);
  const digests = sources.flatMap(({ directory, configs }) => {
    const named = filesNamedBySettings([...configs, ...ofCommand], {
      root: world.source,
      workspaces: [workspace],
      kindOf: (path) => kindAt(join(directory, path)),
      textOf: (path) => readFileSync(join(directory, path), "utf8"),
      filesBelow: (path) => filesBelow(directory, path),
    });
    return [...named].map(([path, files]) => {
      const contents = files.map((each): Data => [each, contentOf(join(directory, each))]);
      return [path, digestOf(canonical(contents))] as const;
    });
  });
  return Object.fromEntries(digests);
}

/** All paths of files below one of a directory, in order; what a link in it leads to is below it, too. */
function filesBelow(directory: string, path: string, above: readonly string[] = []): string[] {
  const real = realpathSync(join(directory, path));
  if (above.includes(real)) return [];
  return entriesOf(real)
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => {
      const each = join(path, name);
      const isDirectory = kindAt(join(directory, each)) === "directory";
      return isDirectory ? filesBelow(directory, each, [...above, real]) : [each];
    });
}

/** Null for a link that leads nowhere. */
function contentOf(file: string): Data {
  if (kindAt(file) !== "file") return null;
  const { size, mode } = statSync(file);
  return [digestFile(file, size), (mode & 0o111) !== 0];
}

/** Words that are not paths may be too long for one, and links may lead in a circle. */
function kindAt(path: string): "file" | "directory" | undefined {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return "directory";
    return stats.isFile() ? "file" : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a step's variables and arguments configure of Cargo, as files would that lie at the source's root: to find out
 * what they name. Each stands alone, so that one that is no TOML spoils no other.
 *
 * @example
 * commandConfigs({ env: { RUSTC_WRAPPER: "tools/wrap.sh" } }) // [{ …, text: 'build.rustc-wrapper = "tools/wrap.sh"' }]
 */
export function commandConfigs({
  env,
  targetDirectory,
}: Pick<Derivation, "env" | "targetDirectory">): CargoConfigFile[] {
  const settings = configArguments(targetDirectory);
  const texts = [...Object.entries(env).map(([name, value]) => settingOf(name, value)), ...settings];
  return texts.map((text) => ({ file: ".cargo/config.toml", text }));
}

/** The values of `--config`: settings, or the path of a file of such, where there is one (Cargo 1.63). */
function configArguments(targetDirectory: Derivation["targetDirectory"]): string[] {
  return settingFlags(targetDirectory?.plans ?? []).flatMap(
    (flag) => /^--config (.*)$/s.exec(flag)?.[1] ?? [],
  );
}

/** The path in the source that an argument of a command in the workspace means; undefined outside of the source. */
function placeInSource(path: string, workspace: string): string | undefined {
  if (!isAbsolute(path)) return localPath(workspace || ".", path);
  return isWithin(path, world.source) ? relative(world.source, path) : undefined;
}

/** `CARGO_ENCODED_RUSTFLAGS` has its words between U+001F, others between blanks. Escapes are those of JSON in TOML. */
function settingOf(name: string, value: string): string {
  const text = JSON.stringify(value.replaceAll("\x1f", " "));
  if (/RUST(DOC)?FLAGS$/.test(name)) return `build.rustflags = ${text}`;
  if (/(WRAPPER|LINKER|^(CARGO_BUILD_)?RUST(DO)?C)$/.test(name)) return `build.rustc-wrapper = ${text}`;
  return `env.${JSON.stringify(name)} = ${text}`;
}

/**
 * What the arguments of Cargo's invocations configure, each once and in order: `--config` and `-Z`. Like
 * `.cargo/config.toml` they reach what Cargo does not plan with: variables, flags, linkers.
 *
 * @example
 * settingFlags([["build", "--locked", "--config", "env.A='1'"]]) // ["--config env.A='1'"]
 */
export function settingFlags(plans: readonly (readonly string[])[]): string[] {
  return [...new Set(plans.flatMap(flagsIn))].sort();
}

function flagsIn(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (word === "--config" || word === "-Z") return [`${word} ${words[index + 1] ?? ""}`];
    const joined = /^(--config)=(.*)$/s.exec(word) ?? /^(-Z)(.+)$/s.exec(word);
    return joined ? [`${joined[1]} ${joined[2]}`] : [];
  });
}
