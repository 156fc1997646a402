import { posix } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
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
import type { Inherited, Manifest, Package, ResolvedManifest, ResolvedPackage } from "./manifest.ts";
import { readManifest } from "./parseManifest.ts";

/**
 * Completes what `member` leaves to its workspace's `root` (which may be the same manifest): fields of the
 * package, dependencies, lints. Paths of dependencies are rewritten to count from the member; both `file`s
 * must therefore be absolute, or relative to the same directory.
 *
 * Errors: `workspace-inheritance`, where the root does not say what the member inherits; `manifest-invalid`, where the
 * root says it wrongly.
 */
export function resolveInheritance(member: Manifest, root: Manifest): Result<ResolvedManifest> {
  const [from, to] = [posix.dirname(root.file), posix.dirname(member.file)];
  const table = completeTable(member, root, (path) => posix.relative(to, posix.join(from, path)) || ".");
  if (!table.ok) return table;
  const manifest = readManifest({ ...member.document, table: table.value });
  if (!manifest.ok) return manifest;
  const { package: own, lints, ...rest } = manifest.value;
  return ok({
    ...rest,
    ...ifDefined({ package: own && resolvedPackage(own), lints }),
    raw: member.raw,
    document: member.document,
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
  const directory = posix.relative(posix.dirname(member.file), posix.dirname(root.file));
  const table = completeTable(member, root, (path) => posix.join(directory, path));
  if (!table.ok) return table;
  return ok(
    mapTable(omitKeys(table.value, onlyInRoots), (value, key) =>
      isPackage(key) && isTable(value) ? omitKeys(value, onlyInMembers) : value,
    ),
  );
}

const onlyInRoots: ReadonlySet<string> = new Set(["workspace", "patch", "replace", "profile"]);

const onlyInMembers: ReadonlySet<string> = new Set(["workspace"]);

function completeTable(
  member: Manifest,
  root: Manifest,
  fromMember: Heritage["fromMember"],
): Result<TomlTable> {
  const problems: Diagnostic[] = [];
  const table = inherit(member.raw, {
    workspace: root.raw.workspace,
    fromMember,
    missing: (at, wanted) => problems.push(notDefined(member, root, { at, wanted })),
  });
  return problems[0] ? err(problems[0]) : ok(table);
}

function notDefined(
  member: Manifest,
  root: Manifest,
  { at, wanted }: { readonly at: TomlPath; readonly wanted: TomlPath },
): Diagnostic {
  const shown = showPath(["workspace", ...wanted]);
  return diagnostic("workspace-inheritance", `\`${shown}\` is not defined in \`${root.file}\``, {
    place: { ...placeOf(member.document, at), label: "inherited here" },
    help: [`add \`${shown}\` to \`${root.file}\`, or write the value here`],
  });
}

/** What a manifest may inherit from. */
export type Heritage = {
  /** The `[workspace]` of the root's manifest. What is no table has nothing. */
  readonly workspace: TomlValue | undefined;
  /** A relative path of the root's manifest, as the member would write it. */
  readonly fromMember: (path: string) => string;
  /** Told of each thing at `at` of the manifest for which the workspace has nothing at `wanted`. Default: nobody is. */
  readonly missing?: (at: TomlPath, wanted: TomlPath) => void;
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
    if (key === "lints" && isInherited(value))
      return sharedValue(
        asTable(heritage.workspace).lints,
        { at: [key, "workspace"], wanted: [key] },
        heritage,
      );
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

/** `[project]` is the old name of the table. */
function isPackage(key: string): boolean {
  return key === "package" || key === "project";
}

function sharedValue(
  value: TomlValue | undefined,
  { at, wanted }: { readonly at: TomlPath; readonly wanted: TomlPath },
  { missing }: Heritage,
): TomlValue | undefined {
  if (value === undefined) missing?.(at, wanted);
  return value;
}

function inheritFields(own: TomlValue, key: string, heritage: Heritage): TomlValue {
  if (!isTable(own)) return own;
  const shared = asTable(asTable(heritage.workspace).package);
  return mapTable(own, (field, name) => {
    // `[package.metadata]` is for other tools, which may use the same words.
    if (!isInherited(field) || name === "metadata") return field;
    const value = sharedValue(shared[name], { at: [key, name], wanted: ["package", name] }, heritage);
    return fileFields.has(name) && typeof value === "string" ? heritage.fromMember(value) : value;
  });
}

/** These name files, so that they count from the root of the workspace where they are inherited. */
const fileFields: ReadonlySet<string> = new Set(["readme", "license-file"]);

function inheritEntries(entries: TomlValue, at: TomlPath, heritage: Heritage): TomlValue {
  if (!isTable(entries)) return entries;
  const common = asTable(asTable(heritage.workspace).dependencies);
  return mapTable(entries, (own, name) => {
    if (!isInherited(own)) return own;
    const shared = sharedValue(common[name], { at: [...at, name], wanted: ["dependencies", name] }, heritage);
    return mergeEntries(own, isTable(shared) ? shared : tableOf([["version", shared]]), heritage);
  });
}

function mergeEntries(own: TomlTable, shared: TomlTable, { fromMember }: Heritage): TomlTable {
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

function asTable(value: TomlValue | undefined): TomlTable {
  return isTable(value) ? value : tableOf([]);
}

function isInherited(value: TomlValue): value is TomlTable {
  return isTable(value) && value.workspace === true;
}

function resolvedPackage(own: Package): ResolvedPackage {
  const { version, edition, rustVersion, description, license, homepage, repository, ...rest } = own;
  const plain = (field: string | Inherited | undefined) => (typeof field === "string" ? field : undefined);
  return {
    ...rest,
    ...ifDefined({
      version: plain(version),
      edition: plain(edition),
      rustVersion: plain(rustVersion),
      description: plain(description),
      license: plain(license),
      homepage: plain(homepage),
      repository: plain(repository),
    }),
  };
}
