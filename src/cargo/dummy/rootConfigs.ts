import { posix } from "node:path";
import { byCodeUnit } from "../../base/digest.ts";
import { all, ok, type Result } from "../../base/result.ts";
import { pathEntries } from "../config/pathOverrides.ts";
import { configIncludes, findConfigFiles } from "../config/settings.ts";
import { parseToml, type TomlDocument } from "../toml/toml.ts";
import { type DummyInput, sourceRoots } from "./dummyInput.ts";
import type { PathReference } from "./pathReference.ts";

/** A file of settings that Cargo reads when it is run in one of the roots. */
export type RootConfig = {
  readonly file: string;
  readonly document: TomlDocument;
  /** Packages that its `[patch]` puts in the place of others. */
  readonly replacements: readonly PathReference[];
  /** Packages that its `paths` puts in the place of others: Cargo does not note them in the lock. */
  readonly pathOverrides: readonly PathReference[];
  /** Other files of settings that it includes. */
  readonly includes: readonly PathReference[];
};

/**
 * The files of settings of the roots and of the directories above them, ordered by path.
 *
 * Errors: `toml-syntax`.
 */
export function rootConfigs(input: DummyInput): Result<readonly RootConfig[]> {
  const files = sourceRoots(input).flatMap((root) => findConfigFiles(root, (path) => input.files.has(path)));
  return all(
    [...new Set(files)].sort(byCodeUnit).map((file) => readConfig(file, input.files.get(file) ?? "")),
  );
}

function readConfig(file: string, text: string): Result<RootConfig> {
  const parsed = parseToml(file, text);
  if (!parsed.ok) return parsed;
  const document = parsed.value;
  // Cargo counts paths from the directory that holds `.cargo`, but those of `include` from `.cargo` itself.
  const from = posix.dirname(posix.dirname(file));
  const packages = pathEntries(document).map((entry) => ({ ...entry, path: entry.written, from, document }));
  return ok({
    file,
    document,
    replacements: packages.filter(({ kind, at }) => kind === "patch" && at.at(-1) === "path"),
    pathOverrides: packages.filter(({ kind }) => kind === "paths"),
    includes: configIncludes(document).map(({ path, at }) => ({
      name: path,
      path,
      from: posix.dirname(file),
      document,
      at,
    })),
  });
}
