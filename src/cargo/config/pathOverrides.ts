import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../../base/diagnostic.ts";
import { placeOf } from "../toml/placeOf.ts";
import { isTable, type TomlDocument, type TomlPath, type TomlTable, type TomlValue } from "../toml/toml.ts";

/**
 * An entry of a Cargo configuration file that puts something of this machine in the place of what a lock
 * pins.
 */
export type PathOverride = {
  readonly kind: "patch" | "paths" | "source";
  /** The package of a `patch`; the name of a `source`; of `paths` the path itself. */
  readonly name: string;
  /** As written; a path or a `file://` URL. */
  readonly written: string;
  /** Absolute. */
  readonly path: string;
  /**
   * Where it is written: the smallest value that is wrong. Reads the file once more, so only for a
   * diagnostic.
   */
  readonly place: () => Place;
};

/**
 * The `[patch]`, `paths` and `[source]` entries of one Cargo configuration file that name a path.
 *
 * @param base the directory that relative paths of this file count from, absolute: Cargo takes the parent of
 *   the file's own directory (https://doc.rust-lang.org/cargo/reference/config.html#config-relative-paths)
 */
export function pathOverrides(document: TomlDocument, base: string): readonly PathOverride[] {
  const { patch, paths, source } = document.table;
  const found = (
    kind: PathOverride["kind"],
    name: string,
    { written, at }: { readonly written: TomlValue | undefined; readonly at: TomlPath },
  ): PathOverride[] => {
    const path = typeof written === "string" ? absolute(base, written) : undefined;
    if (typeof written !== "string" || path === undefined) return [];
    return [{ kind, name, written, path, place: () => entryPlace(document, at) }];
  };
  return [
    ...tables(patch).flatMap(([registry, entries]) =>
      tables(entries).flatMap(([name, entry]) =>
        ["path", "git"].flatMap((key) =>
          found("patch", name, {
            written: isPathOf(key, entry[key]),
            at: ["patch", registry, name, key],
          }),
        ),
      ),
    ),
    ...(Array.isArray(paths) ? paths : []).flatMap((written, index) =>
      found("paths", String(written), { written, at: ["paths", index] }),
    ),
    ...tables(source).flatMap(([name, entry]) =>
      ["directory", "local-registry", "git", "registry"].flatMap((key) =>
        found("source", name, { written: isPathOf(key, entry[key]), at: ["source", name, key] }),
      ),
    ),
  ];
}

/** A URL counts only where it names a path. */
function isPathOf(key: string, written: TomlValue | undefined): TomlValue | undefined {
  if (key !== "git" && key !== "registry") return written;
  return typeof written === "string" && /^file:\/\//i.test(written) ? written : undefined;
}

function absolute(base: string, written: string): string | undefined {
  if (!/^file:\/\//i.test(written)) return posix.resolve(base, written);
  try {
    return fileURLToPath(written);
  } catch {
    return undefined;
  }
}

/** The whole entry where it is one inline table, since all of it is to go; else the path alone. */
function entryPlace(document: TomlDocument, at: TomlPath): Place {
  const entry = placeOf(document, at.slice(0, -1));
  const isInline = entry.text?.[entry.column - 1] === "{";
  return isInline && at[0] === "patch" ? entry : placeOf(document, at);
}

function tables(value: TomlValue | undefined): [string, TomlTable][] {
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([name, entry]): [string, TomlTable][] =>
    isTable(entry) ? [[name, entry]] : [],
  );
}
