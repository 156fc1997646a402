import { posix } from "node:path";
import type { Result } from "../base/result.ts";
import { parseToml } from "./parseToml.ts";
import { readToml } from "./readToml.ts";

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
