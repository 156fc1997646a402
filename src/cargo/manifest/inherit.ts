import { posix } from "node:path";
import {
  isTable,
  mapTable,
  omitKeys,
  type TomlPath,
  type TomlTable,
  type TomlValue,
  tableOf,
} from "../toml/toml.ts";

/** What a manifest may inherit from. */
type Heritage = {
  /** The `[workspace]` of the root's manifest. What is no table has nothing. */
  readonly workspace: TomlValue | undefined;
  /** A relative path of the root's manifest, as the member would write it. Default: it stays. */
  readonly fromMember?: (path: string) => string;
  /** Is told of what the manifest inherits at `at`, and the workspace does not have at `path`. */
  readonly missing?: (at: TomlPath, path: TomlPath) => void;
};

/**
 * A manifest with all that it inherits written out: fields of the package, dependencies, lints.
 *
 * As Cargo does (https://doc.rust-lang.org/cargo/reference/workspaces.html#the-package-table): features of the member
 * are added to the workspace's; `default-features = true` of the member overrides `false` of the workspace, and not the
 * other way round; paths count from the member afterwards.
 */
export function inherit(manifest: TomlTable, heritage: Heritage): TomlTable {
  return mapTable(manifest, (value, key) => {
    if (isPackage(key)) return inheritFields(value, key, heritage);
    if (key === "lints" && isInherited(value)) return sharedValue(heritage, [key], [key, "workspace"]);
    if (dependencyTables.has(key)) return inheritEntries(value, [key], heritage);
    if (key !== "target" || !isTable(value)) return value;
    return mapTable(value, (tables, platform) =>
      isTable(tables)
        ? mapTable(tables, (entries, kind) =>
            dependencyTables.has(kind) ? inheritEntries(entries, [key, platform, kind], heritage) : entries,
          )
        : tables,
    );
  });
}

const dependencyTables: ReadonlySet<string> = new Set([
  "dependencies",
  "dev-dependencies",
  "build-dependencies",
  "dev_dependencies",
  "build_dependencies",
]);

/** Whether a table of a manifest is `[package]`. `[project]` is its old name. */
export function isPackage(key: string): boolean {
  return key === "package" || key === "project";
}

/** What the workspace has at `path`, for something at `at` of the manifest. */
function sharedValue(
  { workspace, missing }: Heritage,
  path: readonly string[],
  at: TomlPath,
): TomlValue | undefined {
  let value = workspace;
  for (const key of path) value = isTable(value) ? value[key] : undefined;
  if (value === undefined) missing?.(at, path);
  return value;
}

function inheritFields(own: TomlValue, key: string, heritage: Heritage): TomlValue {
  if (!isTable(own)) return own;
  return mapTable(own, (field, name) => {
    // `[package.metadata]` is for other tools, which may use the same words.
    if (!isInherited(field) || name === "metadata") return field;
    const value = sharedValue(heritage, ["package", name], [key, name]);
    const isPath = fileFields.has(name) && typeof value === "string";
    return isPath && heritage.fromMember ? heritage.fromMember(value) : value;
  });
}

/** These name files, so that they count from the root of the workspace where they are inherited. */
const fileFields: ReadonlySet<string> = new Set(["readme", "license-file"]);

function inheritEntries(entries: TomlValue, at: TomlPath, heritage: Heritage): TomlValue {
  if (!isTable(entries)) return entries;
  return mapTable(entries, (own, name) => {
    if (!isInherited(own)) return own;
    const shared = sharedValue(heritage, ["dependencies", name], [...at, name]);
    return mergeEntries(own, isTable(shared) ? shared : tableOf([["version", shared]]), heritage);
  });
}

function mergeEntries(
  own: TomlTable,
  shared: TomlTable,
  { fromMember = (path) => path }: Heritage,
): TomlTable {
  const { path } = shared;
  const isOff = (shared["default-features"] ?? shared.default_features) === false;
  const wanted = own["default-features"] ?? own.default_features;
  const features = [...new Set([...listOf(shared.features), ...listOf(own.features)])];
  return tableOf([
    ...Object.entries(omitKeys(shared, merged)),
    ...Object.entries(omitKeys(own, merged)),
    ["path", typeof path === "string" && !posix.isAbsolute(path) ? fromMember(path) : path],
    ["features", features.length > 0 ? features : undefined],
    ["default-features", isOff && wanted !== true ? false : undefined],
  ]);
}

const merged: ReadonlySet<string> = new Set([
  "workspace",
  "path",
  "features",
  "default-features",
  "default_features",
]);

function listOf(value: TomlValue | undefined): TomlValue[] {
  return Array.isArray(value) ? value : [];
}

function isInherited(value: TomlValue): value is TomlTable {
  return isTable(value) && value.workspace === true;
}
