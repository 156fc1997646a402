import { posix } from "node:path";
import type { Result } from "../../base/result.ts";
import { upward } from "../paths.ts";
import { readToml } from "../toml/readToml.ts";
import { parseToml, type TomlDocument, type TomlPath } from "../toml/toml.ts";

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
    const includes = document?.ok ? configIncludes(document.value) : undefined;
    if (includes?.ok) queue.unshift(...includes.value.map((include) => include.file));
  }
  return [...texts].map(([file, text]) => ({ file, text }));
}

/** An element of `include`. */
export type ConfigInclude = {
  /** As written: it counts from the directory of the including file. */
  readonly path: string;
  /** The included file, named in the way in which the including one is. */
  readonly file: string;
  /** Where in the including file it stands. */
  readonly at: TomlPath;
};

/**
 * What a file of Cargo's settings includes (`include`, stable since Cargo 1.94), the strongest first, which is the last
 * that is written. The including file itself is stronger than all of them.
 *
 * Errors: `config-invalid`.
 */
export function configIncludes(document: TomlDocument): Result<readonly ConfigInclude[]> {
  const { root, finish } = readToml(document, "config-invalid");
  const written = root.value("include");
  const elements = Array.isArray(written) ? written : [];
  if (written !== undefined && !Array.isArray(written)) root.expect("include", "an array");
  const includes = elements.map((element, index) => {
    const table = () => root.element("include", index, "a string or a table");
    const path = typeof element === "string" ? element : (table()?.required("path") ?? "");
    return { path, file: posix.join(posix.dirname(document.file), path), at: ["include", index] };
  });
  return finish(includes.reverse());
}
