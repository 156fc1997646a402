import { normalPath } from "../../base/paths.ts";
import {
  isTable,
  mapTable,
  omitKeys,
  sortedSet,
  type TomlTable,
  type TomlValue,
  tableOf,
  unlessEmpty,
} from "../toml/toml.ts";
import type { LocalManifest } from "./localManifests.ts";
import type { StubTargets } from "./stubTargets.ts";

/** What a manifest becomes in the dummy. */
type Reduction = {
  /** Absent for a package that keeps its code, its targets and all its fields. */
  readonly stubs: StubTargets | undefined;
  readonly version: string | undefined;
  readonly inherited: Inheritance;
  /** Whether a profile's package setting is for a package of the source only. */
  readonly isLocal: (name: string) => boolean;
  /** The packages of stubs for which the profiles of this manifest count. */
  readonly stubbed: readonly string[];
};

/** The manifest without what cannot affect how dependencies are built, with stubs for targets. */
export function reduceManifest({ manifest, isRoot }: LocalManifest, reduction: Reduction): TomlTable {
  const { stubs, inherited, stubbed } = reduction;
  const kept = omitKeys(manifest.raw, stubs ? replaced : none);
  const reduced = mapTable(kept, (value, key) => {
    const name = modernNames[key] ?? key;
    if (name === "package" || name === "project") return reducePackage(value, reduction);
    if (name === "workspace") return reduceWorkspace(value, inherited);
    if (dependencyTables.has(name)) return unlessEmpty(reduceDependencies(value));
    if (name === "target") return reducePlatforms(value);
    if (name === "features") return isTable(value) ? unlessEmpty(mapTable(value, sortedSet)) : value;
    if (name === "cargo-features") return sortedSet(value);
    if (rootOnly.has(name) && !isRoot) return undefined;
    if (name === "profile") return withCheapStubs(reduceProfiles(value, reduction.isLocal), stubbed);
    if (name === "patch") return isTable(value) ? unlessEmpty(mapTable(value, reduceDependencies)) : value;
    return name === "replace" ? reduceDependencies(value) : value;
  });
  return tableOf([...Object.entries(reduced), ...Object.entries(stubs?.tables ?? {})]);
}

function reducePackage(value: TomlValue, { stubs, version }: Reduction): TomlValue {
  if (!isTable(value) || !stubs) return value;
  const off = ["autobins", "autoexamples", "autotests", "autobenches"].map((key) => [key, false] as const);
  return tableOf([
    ...Object.entries(omitKeys(value, packageFacts)).filter(([key]) => key !== "autolib"),
    ...off,
    ["version", version],
    ["build", stubs.hasBuildScript ? "build.rs" : false],
  ]);
}

function reducePlatforms(platforms: TomlValue): TomlValue | undefined {
  if (!isTable(platforms)) return platforms;
  const reduced = mapTable(platforms, (platform) => {
    if (!isTable(platform)) return platform;
    return unlessEmpty(
      mapTable(platform, (value, key) =>
        dependencyTables.has(modernNames[key] ?? key) ? unlessEmpty(reduceDependencies(value)) : value,
      ),
    );
  });
  return unlessEmpty(reduced);
}

const none: ReadonlySet<string> = new Set();

/** Target tables, which the stubs' replace, and what concerns only the project's own code. */
const replaced = new Set(["lib", "bin", "example", "test", "bench", "lints", "badges"]);

/** Cargo ignores these, with a warning, in manifests that are not the root. */
const rootOnly = new Set(["profile", "patch", "replace"]);

const dependencyTables = new Set(["dependencies", "dev-dependencies", "build-dependencies"]);

const modernNames: Readonly<Record<string, string>> = {
  dev_dependencies: "dev-dependencies",
  build_dependencies: "build-dependencies",
};

/** What a workspace's packages take from its root. */
export type Inheritance = {
  /** The dependencies that one of them inherits; others have no effect. */
  readonly dependencies: ReadonlySet<string>;
  /** One of them stays as it is, with all fields and lints that it inherits. */
  readonly everything: boolean;
};

/** `[workspace]` without what concerns only the project's own code. */
function reduceWorkspace(workspace: TomlValue, inherited: Inheritance): TomlValue {
  if (!isTable(workspace)) return workspace;
  return mapTable(workspace, (value, key) => {
    if (key === "metadata") return undefined;
    if (key === "lints") return inherited.everything ? value : undefined;
    if (key === "members" || key === "exclude" || key === "default-members") return sortedSet(value);
    if (!isTable(value)) return value;
    if (key === "package") return inherited.everything ? value : unlessEmpty(omitKeys(value, packageFacts));
    if (key !== "dependencies") return value;
    const used = mapTable(value, (entry, name) => (inherited.dependencies.has(name) ? entry : undefined));
    return unlessEmpty(reduceDependencies(used));
  });
}

/**
 * Fields of `[package]` that say nothing about dependencies, and are left out of the dummy. A list of what
 * goes and not of what stays: a field that a newer Cargo adds may matter, and then a stale layer is worse
 * than one that is built again for nothing.
 *
 * `rust-version` stays: Cargo refuses a compiler that is older before it compiles anything.
 */
const packageFacts: ReadonlySet<string> = new Set([
  "version",
  "authors",
  "description",
  "documentation",
  "readme",
  "homepage",
  "repository",
  "license",
  "license-file",
  "keywords",
  "categories",
  "metadata",
  "include",
  "exclude",
  "publish",
  "default-run",
]);

/** Every entry of a `dependencies` table, or of a `[patch]`, through `reduceDependency`. */
export function reduceDependencies(table: TomlValue): TomlValue {
  return isTable(table) ? mapTable(table, reduceDependency) : table;
}

/**
 * One dependency in one form: always a table, features in order. A path dependency loses the version it
 * requires and the registry it would be published to: both speak of releases, and the package it leads to has
 * another version in the dummy.
 */
function reduceDependency(value: TomlValue): TomlValue {
  if (typeof value === "string") return tableOf([["version", value]]);
  if (!isTable(value)) return value;
  const { path } = value;
  return mapTable(value, (field, key) => {
    if (key === "features") return sortedSet(field);
    if (typeof path !== "string") return field;
    if (key === "path") return normalPath(path);
    return publishing.has(key) ? undefined : field;
  });
}

const publishing = new Set(["version", "registry", "registry-index"]);

/**
 * `[profile]` as far as it concerns dependencies. `incremental` does not: Cargo compiles only packages of the
 * workspace incrementally. Nor do settings for packages of the source itself.
 *
 * @param isLocal whether a name stands for a package of the source, and for none from outside
 */
export function reduceProfiles(
  profiles: TomlValue,
  isLocal: (name: string) => boolean,
): TomlValue | undefined {
  if (!isTable(profiles)) return profiles;
  const reduced = mapTable(profiles, (profile) => {
    if (!isTable(profile)) return profile;
    return mapTable(profile, (value, key) => {
      if (key === "incremental") return undefined;
      if (key !== "package" || !isTable(value)) return value;
      return unlessEmpty(mapTable(value, (settings, spec) => (isLocal(spec) ? undefined : settings)));
    });
  });
  return unlessEmpty(reduced);
}

/**
 * With `lto`, a program is linked by compiling all of the standard library again, also one that does nothing: four to eight
 * seconds for each stub, of which `opt-level = 0` leaves a quarter (rustc 1.95). A setting for a package changes no other.
 */
function withCheapStubs(profiles: TomlValue | undefined, stubbed: readonly string[]): TomlValue | undefined {
  if (profiles === undefined || !isTable(profiles) || stubbed.length === 0) return profiles;
  const cheap = tableOf(stubbed.map((name) => [name, tableOf([["opt-level", 0]])]));
  return mapTable(profiles, (profile) => {
    if (!isTable(profile) || !profile.lto || profile.lto === "off") return profile;
    const packages = profile.package ?? tableOf([]);
    if (!isTable(packages)) return profile;
    return tableOf([
      ...Object.entries(omitKeys(profile, packageSettings)),
      ["package", { ...packages, ...cheap }],
    ]);
  });
}

const packageSettings: ReadonlySet<string> = new Set(["package"]);
