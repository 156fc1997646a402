import { posix } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import { placeOf } from "../toml/placeOf.ts";
import { ifDefined } from "../toml/readToml.ts";
import {
  isTable,
  mapTable,
  omitKeys,
  showPath,
  type TomlPath,
  type TomlTable,
  type TomlValue,
  tableOf,
} from "../toml/toml.ts";
import type {
  Dependency,
  Inherited,
  Manifest,
  Package,
  ResolvedManifest,
  ResolvedPackage,
} from "./manifest.ts";

/**
 * Completes what `member` leaves to its workspace's `root` (which may be the same manifest): fields of the
 * package, dependencies, lints. Paths of dependencies are rewritten to count from the member; both `file`s
 * must therefore be absolute, or relative to the same directory.
 *
 * As Cargo does: features of the member are added to the workspace's; `default-features = true` of the
 * member overrides `false` of the workspace, and not the other way round.
 *
 * Errors: `workspace-inheritance`, where the root does not say what the member inherits.
 */
export function resolveInheritance(member: Manifest, root: Manifest): Result<ResolvedManifest> {
  const dependencies = all(member.dependencies.map((entry) => inheritDependency(entry, member, root)));
  if (!dependencies.ok) return dependencies;
  const resolved = member.package ? inheritPackage(member.package, member, root) : ok(undefined);
  if (!resolved.ok) return resolved;
  const lints = isInherited(member.lints) ? root.workspace?.lints : member.lints;
  if (member.lints && !lints) return err(missing(member, root, ["lints", "workspace"], ["lints"]));
  const { package: _package, lints: _lints, ...rest } = member;
  return ok({
    ...rest,
    ...ifDefined({ package: resolved.value, lints }),
    dependencies: dependencies.value,
  });
}

function inheritDependency(entry: Dependency, member: Manifest, root: Manifest): Result<Dependency> {
  if (!entry.workspace) return ok(entry);
  const shared = root.workspace?.dependencies.find(({ name }) => name === entry.name);
  if (!shared) return err(missing(member, root, entry.at, ["dependencies", entry.name]));
  const { platform: _platform, defaultFeatures, path, ...rest } = shared;
  return ok({
    ...rest,
    ...ifDefined({
      platform: entry.platform,
      path: path === undefined ? undefined : rebase(path, root.file, member.file),
      defaultFeatures: defaultFeatures === false ? (entry.defaultFeatures ?? false) : defaultFeatures,
    }),
    kind: entry.kind,
    optional: entry.optional,
    features: [...new Set([...shared.features, ...entry.features])],
    at: entry.at,
  });
}

function inheritPackage(own: Package, member: Manifest, root: Manifest): Result<ResolvedPackage> {
  const { version, edition, rustVersion, description, license, homepage, repository, ...rest } = own;
  const problems: Diagnostic[] = [];
  const field = (value: string | Inherited | undefined, key: string): string | undefined => {
    if (!isInherited(value)) return value;
    const shared = root.workspace?.package[key];
    if (typeof shared === "string") return shared;
    problems.push(missing(member, root, ["package", key], ["package", key]));
    return undefined;
  };
  const fields = ifDefined({
    version: field(version, "version"),
    edition: field(edition, "edition"),
    rustVersion: field(rustVersion, "rust-version"),
    description: field(description, "description"),
    license: field(license, "license"),
    homepage: field(homepage, "homepage"),
    repository: field(repository, "repository"),
  });
  return problems[0] ? err(problems[0]) : ok({ ...rest, ...fields });
}

function rebase(path: string, from: string, to: string): string {
  if (posix.isAbsolute(path)) return path;
  return posix.relative(posix.dirname(to), posix.join(posix.dirname(from), path)) || ".";
}

function isInherited(value: object | string | undefined): value is Inherited {
  return typeof value === "object" && "workspace" in value && value.workspace === true;
}

function missing(member: Manifest, root: Manifest, at: TomlPath, path: TomlPath): Diagnostic {
  const wanted = showPath(["workspace", ...path]);
  return diagnostic("workspace-inheritance", `\`${wanted}\` is not defined in \`${root.file}\``, {
    place: { ...placeOf(member.document, at), label: "inherited here" },
    help: [`add \`${wanted}\` to \`${root.file}\`, or write the value here`],
  });
}

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
    mapTable(omitKeys(member.raw, onlyInRoots), (value, key) => {
      if (key === "package" || key === "project")
        return inheritPackageTable(value, childOf(shared, "package"), at);
      if (key === "lints") return isInheritedTable(value) ? shared.lints : value;
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
const packageFiles: ReadonlySet<string> = new Set(["readme", "license-file"]);

function inheritPackageTable(value: TomlValue, shared: TomlTable, at: string): TomlValue {
  if (!isTable(value)) return value;
  return mapTable(omitKeys(value, new Set(["workspace"])), (field, key) => {
    if (!isInheritedTable(field)) return field;
    const inherited = shared[key];
    return packageFiles.has(key) && typeof inherited === "string" ? posix.join(at, inherited) : inherited;
  });
}

function inheritAll(entries: TomlValue, shared: TomlTable, at: string): TomlValue {
  if (!isTable(entries)) return entries;
  return mapTable(entries, (entry, name) =>
    isInheritedTable(entry) ? inheritEntry(entry, shared[name], at) : entry,
  );
}

function inheritEntry(own: TomlTable, inherited: TomlValue | undefined, at: string): TomlValue {
  const shared = isTable(inherited) ? inherited : tableOf([["version", inherited]]);
  const { path } = shared;
  const isOff = (shared["default-features"] ?? shared.default_features) === false;
  const wanted = own["default-features"] ?? own.default_features;
  const features = [...new Set([...listOf(shared.features), ...listOf(own.features)])];
  return tableOf([
    ...Object.entries(omitKeys(shared, replaced)),
    ...Object.entries(omitKeys(own, replaced)),
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

function isInheritedTable(value: TomlValue): value is TomlTable {
  return isTable(value) && value.workspace === true;
}
