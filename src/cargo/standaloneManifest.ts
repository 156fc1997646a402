import { posix } from "node:path";
import { ok, type Result } from "../base/result.ts";
import type { Manifest } from "./manifest.ts";
import { resolveInheritance } from "./resolveInheritance.ts";
import { mapTable, tableOf, without } from "./table.ts";
import { isTable, type TomlTable, type TomlValue } from "./toml.ts";

/**
 * The manifest of a package that is taken out of its workspace, as `cargo vendor` (1.95) does it: what the
 * package inherits is written out, and what only the root of a workspace may say is left out. Paths to other
 * packages stay: Cargo looks for these by name in the source that the package itself comes from.
 *
 * `root` may be `member` itself; both `file`s must be relative to the same directory.
 *
 * Errors: `workspace-inheritance`.
 */
export function standaloneManifest(member: Manifest, root: Manifest): Result<TomlTable> {
  const checked = resolveInheritance(member, root);
  if (!checked.ok) return checked;
  const shared = isTable(root.raw.workspace) ? root.raw.workspace : tableOf([]);
  const at = posix.relative(posix.dirname(member.file), posix.dirname(root.file));
  return ok(
    mapTable(without(member.raw, onlyInRoots), (value, key) => {
      if (key === "package" || key === "project")
        return inheritPackage(value, childOf(shared, "package"), at);
      if (key === "lints") return isInherited(value) ? shared.lints : value;
      if (dependencyTables.has(key)) return inheritAll(value, childOf(shared, "dependencies"), at);
      if (key !== "target" || !isTable(value)) return value;
      return mapTable(value, (platform) =>
        isTable(platform)
          ? mapTable(platform, (entries, kind) =>
              dependencyTables.has(kind) ? inheritAll(entries, childOf(shared, "dependencies"), at) : entries,
            )
          : platform,
      );
    }),
  );
}

const onlyInRoots: ReadonlySet<string> = new Set(["workspace", "patch", "replace", "profile"]);

const dependencyTables: ReadonlySet<string> = new Set([
  "dependencies",
  "dev-dependencies",
  "build-dependencies",
  "dev_dependencies",
  "build_dependencies",
]);

/** These name files, so that they count from the root of the workspace where they are inherited. */
const files: ReadonlySet<string> = new Set(["readme", "license-file"]);

function inheritPackage(value: TomlValue, shared: TomlTable, at: string): TomlValue {
  if (!isTable(value)) return value;
  return mapTable(without(value, new Set(["workspace"])), (field, key) => {
    if (!isInherited(field)) return field;
    const inherited = shared[key];
    return files.has(key) && typeof inherited === "string" ? posix.join(at, inherited) : inherited;
  });
}

function inheritAll(entries: TomlValue, shared: TomlTable, at: string): TomlValue {
  if (!isTable(entries)) return entries;
  return mapTable(entries, (entry, name) =>
    isInherited(entry) ? inheritEntry(entry, shared[name], at) : entry,
  );
}

function inheritEntry(own: TomlTable, inherited: TomlValue | undefined, at: string): TomlValue {
  const shared = isTable(inherited) ? inherited : tableOf([["version", inherited]]);
  const { path } = shared;
  const isOff = (shared["default-features"] ?? shared.default_features) === false;
  const wanted = own["default-features"] ?? own.default_features;
  const features = [...new Set([...listOf(shared.features), ...listOf(own.features)])];
  return tableOf([
    ...Object.entries(without(shared, replaced)),
    ...Object.entries(without(own, replaced)),
    ["path", typeof path === "string" && !posix.isAbsolute(path) ? posix.join(at, path) : path],
    ["features", features.length > 0 ? features : undefined],
    ["default-features", isOff && wanted !== true ? false : undefined],
  ]);
}

const replaced: ReadonlySet<string> = new Set([
  "workspace",
  "path",
  "features",
  "default-features",
  "default_features",
]);

function listOf(value: TomlValue | undefined): TomlValue[] {
  return Array.isArray(value) ? value : [];
}

function childOf(table: TomlTable, key: string): TomlTable {
  const child = table[key];
  return isTable(child) ? child : tableOf([]);
}

function isInherited(value: TomlValue): value is TomlTable {
  return isTable(value) && value.workspace === true;
}
