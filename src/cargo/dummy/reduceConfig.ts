import { mapTable, unlessEmpty, without } from "../table.ts";
import { isTable, type TomlTable, type TomlValue } from "../toml.ts";
import { reduceDependencies } from "./reduceDependencies.ts";
import { reduceProfiles } from "./reduceProfiles.ts";

/**
 * A `.cargo/config.toml` without what cannot affect how dependencies are built, and without credentials.
 * What is not known is kept: a setting that a newer Cargo adds may matter.
 */
export function reduceConfig(config: TomlTable, isLocal: (name: string) => boolean): TomlTable {
  return mapTable(without(config, aboutOther), (value, key) => {
    if (key === "profile") return reduceProfiles(value, isLocal);
    if (!isTable(value)) return value;
    if (key === "build") return unlessEmpty(without(value, aboutBuild));
    if (key === "target") return unlessEmpty(mapTable(value, (platform) => less(platform, aboutRunning)));
    if (key === "registries") return unlessEmpty(mapTable(value, (registry) => less(registry, aboutAccess)));
    if (key === "patch") return unlessEmpty(mapTable(value, reduceDependencies));
    return value;
  });
}

function less(value: TomlValue, keys: ReadonlySet<string>): TomlValue | undefined {
  return isTable(value) ? unlessEmpty(without(value, keys)) : value;
}

/** How Cargo talks, to people and to servers, and what it does when it does not build. */
const aboutOther: ReadonlySet<string> = new Set([
  "alias",
  "cache",
  "cargo-new",
  "credential-alias",
  "doc",
  "future-incompat-report",
  "http",
  "install",
  "net",
  "registry",
  "resolver",
  "term",
]);

/** Where and how fast, and what concerns only packages of the workspace. */
const aboutBuild: ReadonlySet<string> = new Set([
  "build-dir",
  "dep-info-basedir",
  "incremental",
  "jobs",
  "target-dir",
  "warnings",
]);

const aboutRunning: ReadonlySet<string> = new Set(["runner"]);

const aboutAccess: ReadonlySet<string> = new Set(["token", "secret-key", "credential-provider"]);
