import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import type { Place } from "../../base/diagnostic.ts";
import { placeOf } from "../toml/placeOf.ts";
import { isTable, type TomlDocument, type TomlPath, type TomlTable, type TomlValue } from "../toml/toml.ts";

/** An entry of a file of Cargo's settings that names a path to packages. */
type PathEntry = {
  readonly kind: "patch" | "paths" | "source";
  /** The package of a `patch`; the name of a `source`; of `paths` the path itself. */
  readonly name: string;
  /** A path or a `file://` URL. */
  readonly written: string;
  readonly at: TomlPath;
};

/** The `[patch]`, `paths` and `[source]` entries that name a path. Those of another type are left to Cargo. */
export function pathEntries({ table }: Pick<TomlDocument, "table">): readonly PathEntry[] {
  const { patch, paths, source } = table;
  return [
    ...tables(patch).flatMap(([registry, entries]) =>
      tables(entries).flatMap(([name, entry]) =>
        ["path", "git"].flatMap((key) =>
          entryOf("patch", name, { written: pathIn(entry, key), at: ["patch", registry, name, key] }),
        ),
      ),
    ),
    ...(Array.isArray(paths) ? paths : []).flatMap((written, index) =>
      entryOf("paths", String(written), { written, at: ["paths", index] }),
    ),
    ...tables(source).flatMap(([name, entry]) =>
      ["directory", "local-registry", "git", "registry"].flatMap((key) =>
        entryOf("source", name, { written: pathIn(entry, key), at: ["source", name, key] }),
      ),
    ),
  ];
}

function tables(value: TomlValue | undefined): [string, TomlTable][] {
  if (!isTable(value)) return [];
  return Object.entries(value).flatMap(([name, entry]): [string, TomlTable][] =>
    isTable(entry) ? [[name, entry]] : [],
  );
}

/** A URL counts only where it names a path. */
function pathIn(entry: TomlTable, key: string): TomlValue | undefined {
  const written = entry[key];
  if (key !== "git" && key !== "registry") return written;
  return typeof written === "string" && isFileUrl(written) ? written : undefined;
}

function entryOf(
  kind: PathEntry["kind"],
  name: string,
  { written, at }: { readonly written: TomlValue | undefined; readonly at: TomlPath },
): PathEntry[] {
  return typeof written === "string" ? [{ kind, name, written, at }] : [];
}

function isFileUrl(written: string): boolean {
  return /^file:\/\//i.test(written);
}

/** An entry that puts something of this machine in the place of what a lock pins. */
export type PathOverride = PathEntry & {
  /** Absolute. */
  readonly path: string;
  /**
   * Where it is written: the smallest value that is wrong. Reads the file once more, so only for a
   * diagnostic.
   */
  readonly place: () => Place;
};

/**
 * The entries of one file of Cargo's settings that name a path, with where on this machine it leads.
 *
 * @param base the directory that relative paths of this file count from, absolute: Cargo takes the parent of
 *   the file's own directory (https://doc.rust-lang.org/cargo/reference/config.html#config-relative-paths)
 */
export function pathOverrides(document: TomlDocument, base: string): readonly PathOverride[] {
  return pathEntries(document).flatMap((entry) => {
    const path = absolute(base, entry.written);
    return path === undefined ? [] : [{ ...entry, path, place: () => entryPlace(document, entry.at) }];
  });
}

function absolute(base: string, written: string): string | undefined {
  if (!isFileUrl(written)) return posix.resolve(base, written);
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
