import { posix } from "node:path";
import type { Result } from "../../base/result.ts";
import type { RootConfig } from "../dummy/rootConfigs.ts";
import { readToml } from "../toml/readToml.ts";
import { parseToml } from "../toml/toml.ts";
import type { CargoConfigFile } from "./parseCargoConfig.ts";

/**
 * Configuration files with those that they include, each once. What is not in the source is left out.
 *
 * @param textOf the text of a file of the source; undefined where there is none
 */
export function configTexts(
  configs: readonly RootConfig[],
  textOf: (path: string) => string | undefined,
): readonly CargoConfigFile[] {
  const found = new Map<string, string>();
  const queue = configs.map(({ file }) => file);
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const text = found.has(file) ? undefined : textOf(file);
    if (text === undefined) continue;
    found.set(file, text);
    const includes = configIncludes(file, text);
    if (includes.ok) queue.push(...includes.value.map((include) => posix.join(include.file)));
  }
  return [...found].map(([file, text]) => ({ file, text }));
}

export type ConfigInclude = { readonly file: string; readonly optional: boolean };

/**
 * The files that a configuration file includes (`include`, stable since Cargo 1.94), nearest first: they are
 * to follow the including file in `parseConfig`'s list. Paths count from the including file's directory.
 *
 * Errors: `toml-syntax`, `config-invalid`.
 */
export function configIncludes(file: string, text: string): Result<readonly ConfigInclude[]> {
  const document = parseToml(file, text);
  if (!document.ok) return document;
  const { root, finish } = readToml(document.value, "config-invalid");
  const written = root.value("include");
  const entries = Array.isArray(written) ? written : [];
  if (written !== undefined && !Array.isArray(written)) root.expect("include", "an array");
  const includes = entries.map((entry, index) => {
    if (typeof entry === "string") return { path: entry, optional: false };
    const table = root.element("include", index, "a string or a table");
    return { path: table?.required("path") ?? "", optional: table?.boolean("optional") ?? false };
  });
  const found = includes.map(({ path, optional }) => ({
    file: posix.join(posix.dirname(file), path),
    optional,
  }));
  return finish(found.reverse());
}
