import { diagnostic } from "../../base/diagnostic.ts";
import { err, type Result } from "../../base/result.ts";
import { ifDefined, readToml, type TomlReader } from "../toml/readToml.ts";
import { isTable, parseToml, type TomlDocument, type TomlTable } from "../toml/toml.ts";
import { isVersionRequirement } from "../versions.ts";
import type {
  AutomaticKind,
  Dependency,
  Inherited,
  Manifest,
  ManifestTarget,
  Package,
  Workspace,
} from "./manifest.ts";

/**
 * Reads a `Cargo.toml`.
 *
 * Checked is what Gantry reads: types, and fields without which nothing works. What Cargo alone cares about
 * is left to Cargo's own messages.
 *
 * Errors: `toml-syntax`, `manifest-invalid`, each with its place.
 *
 * @example
 * const manifest = parseManifest("crates/app/Cargo.toml", text);
 */
export function parseManifest(file: string, text: string): Result<Manifest> {
  const document = parseToml(file, text);
  return document.ok ? readManifest(document.value) : document;
}

/**
 * Reads a `Cargo.toml` that is parsed.
 *
 * Errors: `manifest-invalid`, with its place.
 */
export function readManifest(document: TomlDocument): Result<Manifest> {
  const { file, table: raw } = document;
  const { root, finish } = readToml(document, "manifest-invalid");
  const packageReader = root.child(root.value("package") === undefined ? "project" : "package");
  const workspaceReader = root.child("workspace");
  if (!packageReader && !workspaceReader) {
    const broken = finish(undefined);
    return broken.ok ? err(neither(file)) : broken;
  }
  return finish<Manifest>({
    file,
    raw,
    document,
    ...ifDefined({
      package: packageReader && readPackage(packageReader),
      workspace: workspaceReader && readWorkspace(workspaceReader),
      lints: readLints(root),
    }),
    targets: readTargets(root),
    dependencies: readAllDependencies(root),
    features: readFeatures(root),
    patch: readPatch(root),
    replace: readDependencies(root, "replace", { kind: "normal" }),
    profiles: Object.fromEntries(root.children("profile").map(([name, profile]) => [name, profile.table])),
  });
}

function neither(file: string) {
  return diagnostic("manifest-invalid", `\`${file}\` has neither a \`[package]\` nor a \`[workspace]\``, {
    place: { file, line: 1, column: 1 },
    help: ["cargo init"],
  });
}

function readAllDependencies(root: TomlReader): Dependency[] {
  const places: readonly (readonly [TomlReader, { platform?: string }])[] = [
    [root, {}],
    ...root.children("target").map(([platform, target]) => [target, { platform }] as const),
  ];
  return places.flatMap(([table, where]) => [
    ...readDependencies(table, "dependencies", { kind: "normal", ...where }),
    ...readDependencies(table, "dev-dependencies", { kind: "dev", ...where }),
    ...readDependencies(table, "build-dependencies", { kind: "build", ...where }),
  ]);
}

function readFeatures(root: TomlReader): Record<string, readonly string[]> {
  const features = root.child("features");
  const names = Object.keys(features?.table ?? {});
  return Object.fromEntries(names.map((name) => [name, features?.strings(name) ?? []]));
}

function readPatch(root: TomlReader): Record<string, readonly Dependency[]> {
  const patch = root.child("patch");
  const sources = Object.keys(patch?.table ?? {});
  return Object.fromEntries(
    sources.map((source) => [source, patch ? readDependencies(patch, source, { kind: "normal" }) : []]),
  );
}

function readLints(root: TomlReader): TomlTable | Inherited | undefined {
  const lints = root.child("lints");
  return lints?.boolean("workspace") ? { workspace: true } : lints?.table;
}

/** The `[package]` table. */
function readPackage(table: TomlReader): Package {
  const name = table.required("name");
  if (table.value("name") === "") table.fail("name", "`package.name` is empty");
  return {
    name,
    ...ifDefined({
      version: inheritable(table, "version"),
      edition: inheritable(table, "edition"),
      rustVersion: inheritable(table, "rust-version"),
      description: inheritable(table, "description"),
      license: inheritable(table, "license"),
      homepage: inheritable(table, "homepage"),
      repository: inheritable(table, "repository"),
      build: readBuild(table),
      links: table.string("links"),
      defaultRun: table.string("default-run"),
      workspace: table.string("workspace"),
      resolver: table.string("resolver"),
    }),
    automatic: ifDefined({
      lib: table.boolean("autolib"),
      bin: table.boolean("autobins"),
      example: table.boolean("autoexamples"),
      test: table.boolean("autotests"),
      bench: table.boolean("autobenches"),
    }),
    metadata: table.child("metadata")?.table ?? {},
  };
}

function inheritable(table: TomlReader, key: string): string | Inherited | undefined {
  if (!isTable(table.value(key))) return table.string(key);
  if (table.child(key)?.value("workspace") === true) return { workspace: true };
  table.expect(key, "a string or `{ workspace = true }`");
  return undefined;
}

function readBuild(table: TomlReader): Package["build"] {
  const build = table.value("build");
  if (build === undefined || typeof build === "boolean" || typeof build === "string") return build;
  if (Array.isArray(build)) return table.strings("build");
  table.expect("build", "a string or a boolean");
  return undefined;
}

/**
 * The targets that a manifest names: `[lib]`, then each `[[bin]]`, `[[example]]`, `[[test]]`, `[[bench]]`.
 */
function readTargets(root: TomlReader): readonly ManifestTarget[] {
  const lib = root.child("lib");
  const lists: readonly AutomaticKind[] = ["bin", "example", "test", "bench"];
  return [
    ...(lib ? [readTarget("lib", lib)] : []),
    ...lists.flatMap((kind) =>
      root.list(kind).map((target) => {
        target.required("name");
        return readTarget(kind, target);
      }),
    ),
  ];
}

function readTarget(kind: AutomaticKind, target: TomlReader): ManifestTarget {
  return {
    kind,
    ...ifDefined({
      name: target.string("name"),
      path: target.string("path"),
      crateTypes: target.strings("crate-type"),
      procMacro: target.boolean("proc-macro"),
      harness: target.boolean("harness"),
      test: target.boolean("test"),
      doctest: target.boolean("doctest"),
      bench: target.boolean("bench"),
      doc: target.boolean("doc"),
      edition: target.string("edition"),
    }),
    requiredFeatures: target.strings("required-features") ?? [],
  };
}

/** The `[workspace]` table. */
function readWorkspace(table: TomlReader): Workspace {
  return {
    members: table.strings("members") ?? [],
    exclude: table.strings("exclude") ?? [],
    ...ifDefined({
      defaultMembers: table.strings("default-members"),
      resolver: table.string("resolver"),
      lints: table.child("lints")?.table,
    }),
    package: table.child("package")?.table ?? {},
    dependencies: readDependencies(table, "dependencies", { kind: "normal" }),
    metadata: table.child("metadata")?.table ?? {},
  };
}

/**
 * The entries of the table `key` of `parent`: a string (a version requirement) or a table each.
 *
 * @example
 * readDependencies(root, "dev-dependencies", { kind: "dev" })
 */
function readDependencies(
  parent: TomlReader,
  key: string,
  where: Pick<Dependency, "kind" | "platform">,
): readonly Dependency[] {
  const table = parent.child(key);
  if (!table) return [];
  return Object.keys(table.table).flatMap((name) => readDependency(table, name, where) ?? []);
}

function readDependency(
  table: TomlReader,
  name: string,
  where: Pick<Dependency, "kind" | "platform">,
): Dependency | undefined {
  const at = [...table.path, name];
  const value = table.value(name);
  if (typeof value === "string") {
    if (!isVersionRequirement(value)) table.fail(name, ...malformed(value, name));
    return {
      name,
      package: name,
      ...where,
      version: value,
      optional: false,
      features: [],
      workspace: false,
      at,
    };
  }
  const entry = table.child(name, "a string or a table");
  if (!entry) return undefined;
  const workspace = entry.boolean("workspace") ?? false;
  if (entry.value("workspace") === false) entry.fail("workspace", "`workspace` cannot be false", "remove it");
  const version = entry.string("version");
  // Cargo does not read the version of an inherited dependency.
  if (version !== undefined && !workspace && !isVersionRequirement(version))
    entry.fail("version", ...malformed(version, name));
  return {
    name,
    package: entry.string("package") ?? name,
    ...where,
    ...ifDefined({
      version,
      path: entry.string("path"),
      git: entry.string("git"),
      branch: entry.string("branch"),
      tag: entry.string("tag"),
      rev: entry.string("rev"),
      registry: entry.string("registry"),
      registryIndex: entry.string("registry-index"),
      defaultFeatures: entry.boolean("default-features"),
    }),
    optional: entry.boolean("optional") ?? false,
    features: entry.strings("features") ?? [],
    workspace,
    at,
  };
}

function malformed(requirement: string, of: string): [message: string, label: string] {
  return [
    `\`${requirement}\`, which \`${of}\` shall have, is no version requirement`,
    'expected one like `"1.2"`, `"=1.2.3"`, `">=1, <3"`',
  ];
}
