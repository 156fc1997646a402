import { mapTable, tableOf, unlessEmpty, without } from "../table.ts";
import { isTable, type TomlTable, type TomlValue } from "../toml.ts";
import type { LocalManifest } from "./localManifest.ts";
import { packageFacts } from "./packageFacts.ts";
import { reduceDependencies } from "./reduceDependencies.ts";
import { reduceProfiles } from "./reduceProfiles.ts";
import { type Inheritance, reduceWorkspace } from "./reduceWorkspace.ts";
import { sortedSet } from "./sortedSet.ts";
import type { StubTargets } from "./stubTargets.ts";

/** What a manifest becomes in the dummy. */
export type Reduction = {
  /** Absent for a package that keeps its code, its targets and all its fields. */
  readonly stubs: StubTargets | undefined;
  readonly version: string | undefined;
  readonly inherited: Inheritance;
  /** Whether a profile's package setting is for a package of the source only. */
  readonly isLocal: (name: string) => boolean;
};

/** The manifest without what cannot affect how dependencies are built, with stubs for targets. */
export function reduceManifest({ manifest, isRoot }: LocalManifest, reduction: Reduction): TomlTable {
  const { stubs, inherited } = reduction;
  const kept = without(manifest.raw, stubs ? replaced : none);
  const reduced = mapTable(kept, (value, key) => {
    const name = modernNames[key] ?? key;
    if (name === "package" || name === "project") return reducePackage(value, reduction);
    if (name === "workspace") return reduceWorkspace(value, inherited);
    if (dependencyTables.has(name)) return unlessEmpty(reduceDependencies(value));
    if (name === "target") return reducePlatforms(value);
    if (name === "features") return isTable(value) ? unlessEmpty(mapTable(value, sortedSet)) : value;
    if (name === "cargo-features") return sortedSet(value);
    if (rootOnly.has(name) && !isRoot) return undefined;
    if (name === "profile") return reduceProfiles(value, reduction.isLocal);
    if (name === "patch") return isTable(value) ? unlessEmpty(mapTable(value, reduceDependencies)) : value;
    return name === "replace" ? reduceDependencies(value) : value;
  });
  return tableOf([...Object.entries(reduced), ...Object.entries(stubs?.tables ?? {})]);
}

function reducePackage(value: TomlValue, { stubs, version }: Reduction): TomlValue {
  if (!isTable(value) || !stubs) return value;
  const off = ["autobins", "autoexamples", "autotests", "autobenches"].map((key) => [key, false] as const);
  return tableOf([
    ...Object.entries(without(value, packageFacts)).filter(([key]) => key !== "autolib"),
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
