import { posix } from "node:path";
import { byCodeUnit } from "../../base/canonical.ts";
import { all, ok, type Result } from "../../base/result.ts";
import { isWithin } from "../paths.ts";
import { isTable, parseToml, type TomlDocument, type TomlValue } from "../toml/toml.ts";
import { type DummyInput, sourceRoots } from "./dummyInput.ts";
import type { PathReference } from "./pathReference.ts";

/** A `.cargo/config(.toml)` that Cargo reads when it is run in one of the roots. */
export type RootConfig = {
  readonly file: string;
  readonly document: TomlDocument;
  /** Packages that its `[patch]` puts in the place of others. */
  readonly replacements: readonly PathReference[];
  /** Packages that its `paths` puts in the place of others: Cargo does not note them in the lock. */
  readonly overrides: readonly PathReference[];
  /** Other configuration files that it includes. */
  readonly includes: readonly PathReference[];
};

/** The configuration files of the roots and of the directories above them, ordered by path. */
export function rootConfigs(input: DummyInput): Result<readonly RootConfig[]> {
  const roots = sourceRoots(input);
  const names = [...input.files].filter(
    ([path]) =>
      /(^|\/)\.cargo\/config(\.toml)?$/.test(path) &&
      roots.some((root) => isWithin(root, posix.dirname(posix.dirname(path)))),
  );
  const configs = names.sort(([a], [b]) => byCodeUnit(a, b)).map(([file, text]) => readConfig(file, text));
  return all(configs);
}

function readConfig(file: string, text: string): Result<RootConfig> {
  const parsed = parseToml(file, text);
  if (!parsed.ok) return parsed;
  const document = parsed.value;
  // Cargo counts paths from the directory that holds `.cargo`, but those of `include` from `.cargo` itself.
  const from = posix.join(posix.dirname(posix.dirname(file)));
  const listed = (key: "paths" | "include", base: string): PathReference[] =>
    elements(document.table[key]).map((path, index) => ({
      name: path,
      path,
      from: base,
      document,
      at: [key, index],
    }));
  return ok({
    file,
    document,
    replacements: entries(document.table.patch).flatMap(([source, patches]) =>
      entries(patches).flatMap(([name, patch]) => {
        const path = isTable(patch) ? patch.path : undefined;
        return typeof path === "string"
          ? [{ name, path, from, document, at: ["patch", source, name, "path"] }]
          : [];
      }),
    ),
    overrides: listed("paths", from),
    includes: listed("include", posix.dirname(file)),
  });
}

function entries(value: TomlValue | undefined): [string, TomlValue][] {
  return isTable(value) ? Object.entries(value) : [];
}

/** Strings of a list, of a string alone, or the `path` of tables in a list. */
function elements(value: TomlValue | undefined): string[] {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return [];
  return value.flatMap((element) => {
    const path = isTable(element) ? element.path : element;
    return typeof path === "string" ? [path] : [];
  });
}
