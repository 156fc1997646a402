import { ok, type Result } from "../../base/result.ts";
import {
  canonicalToml,
  isTable,
  mapTable,
  omitKeys,
  parseToml,
  type TomlTable,
  type TomlValue,
  unlessEmpty,
} from "../toml/toml.ts";
import { reduceDependencies, reduceProfiles } from "./reduceManifest.ts";

/**
 * A `.cargo/config.toml` without what cannot affect how dependencies are built, and without credentials.
 * What is not known is kept: a setting that a newer Cargo adds may matter.
 */
export function reduceConfig(config: TomlTable, isLocal: (name: string) => boolean): TomlTable {
  return mapTable(omitKeys(config, aboutOther), (value, key) => {
    if (key === "profile") return reduceProfiles(value, isLocal);
    if (!isTable(value)) return value;
    if (key === "build") return unlessEmpty(omitKeys(value, aboutBuild));
    if (key === "target") return unlessEmpty(mapTable(value, (platform) => less(platform, aboutRunning)));
    if (key === "registries") return unlessEmpty(mapTable(value, (registry) => less(registry, aboutAccess)));
    if (key === "patch") return unlessEmpty(mapTable(value, reduceDependencies));
    return value;
  });
}

function less(value: TomlValue, keys: ReadonlySet<string>): TomlValue | undefined {
  return isTable(value) ? unlessEmpty(omitKeys(value, keys)) : value;
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

/** Who may download, and which versions Cargo may choose (`min-publish-age`, Cargo 1.100): the lock has chosen. */
const aboutAccess: ReadonlySet<string> = new Set([
  "token",
  "secret-key",
  "credential-provider",
  "min-publish-age",
]);

/**
 * A `rust-toolchain(.toml)` in one form, for where rustup's proxies read it. The old form is a bare channel.
 */
export function reduceToolchain(file: string, text: string): Result<string> {
  if (!file.endsWith(".toml") && /^\s*[\w.-]+\s*$/.test(text)) return ok(`${text.trim()}\n`);
  const document = parseToml(file, text);
  return document.ok ? ok(canonicalToml(document.value.table)) : document;
}
