import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { ifDefined } from "../toml/readToml.ts";
import { parseToml, showPath, type TomlPath } from "../toml/toml.ts";
import {
  type BuildConfig,
  type CargoConfig,
  type ConfigNode,
  type ConfigPatch,
  type ConfigTable,
  type ConfigValue,
  configNode,
  type EnvConfig,
  placeOfNode,
  type SourceConfig,
} from "./cargoConfig.ts";
import { type ConfigReader, readConfig } from "./readConfig.ts";
import type { CargoConfigFile } from "./settings.ts";

/**
 * Reads and merges the files of Cargo's settings.
 *
 * @param files nearest first: the project's own, those of its parent directories, that of `CARGO_HOME`
 *
 * Errors: `toml-syntax`; `config-invalid`, also where two files cannot be merged.
 *
 * @example
 * parseConfig([{ file: ".cargo/config.toml", text: '[build]\nrustflags = ["-Dwarnings"]' }])
 */
export function parseCargoConfig(files: readonly CargoConfigFile[]): Result<CargoConfig> {
  let merged: ConfigTable | undefined;
  for (const { file, text } of files) {
    const document = parseToml(file, text);
    if (!document.ok) return document;
    const node = configNode(document.value);
    const both = merged ? mergeConfig(merged, node) : ok(node);
    if (!both.ok) return both;
    merged = both.value;
  }
  const problems: Diagnostic[] = [];
  const config = typed(readConfig(merged ?? nothing, problems));
  return problems[0] ? err(problems[0]) : ok(config);
}

const nothing = configNode({ file: ".cargo/config.toml", text: "", table: {} });

function typed(root: ConfigReader): CargoConfig {
  const net = root.child("net");
  return {
    build: buildOf(root.child("build")),
    platforms: root.each("target", (table) =>
      ifDefined({
        linker: table.string("linker"),
        rustflags: table.words("rustflags"),
        rustdocflags: table.words("rustdocflags"),
        runner: table.words("runner"),
      }),
    ),
    source: root.each("source", sourceOf),
    registries: root.each("registries", (table) => ifDefined({ index: table.string("index") })),
    ...ifDefined({ defaultRegistry: root.child("registry")?.string("default") }),
    patch: patchesOf(root),
    paths: root.strings("paths"),
    env: envOf(root.child("env")),
    net: ifDefined({
      offline: net?.boolean("offline"),
      gitFetchWithCli: net?.boolean("git-fetch-with-cli"),
      retry: net?.integer("retry"),
    }),
    profile: root.each("profile", ({ table }) => table),
    alias: wordsOf(root.child("alias")),
    merged: root.table,
  };
}

function buildOf(build: ConfigReader | undefined): BuildConfig {
  if (!build) return {};
  return ifDefined({
    platforms: build.words("target"),
    rustflags: build.words("rustflags"),
    rustdocflags: build.words("rustdocflags"),
    rustc: build.string("rustc"),
    rustcWrapper: build.string("rustc-wrapper"),
    rustcWorkspaceWrapper: build.string("rustc-workspace-wrapper"),
    targetDirectory: build.string("target-dir"),
    buildDirectory: build.string("build-dir"),
    jobs: jobsOf(build),
    incremental: build.boolean("incremental"),
  });
}

function jobsOf(build: ConfigReader): ConfigValue<number | "default"> | undefined {
  const jobs = build.table.entries.get("jobs");
  if (jobs?.kind !== "scalar" || jobs.value !== "default") return build.integer("jobs");
  return { value: jobs.value, origin: jobs.origin };
}

function sourceOf(table: ConfigReader): SourceConfig {
  return ifDefined({
    replaceWith: table.string("replace-with"),
    registry: table.string("registry"),
    localRegistry: table.string("local-registry"),
    directory: table.string("directory"),
    git: table.string("git"),
    branch: table.string("branch"),
    tag: table.string("tag"),
    rev: table.string("rev"),
  });
}

function patchesOf(root: ConfigReader): readonly ConfigPatch[] {
  const bySource = root.each("patch", (entries, source) =>
    [...entries.table.entries].map(([name, node]) => {
      const table = node.kind === "table" ? entries.child(name) : undefined;
      const fields = ifDefined({ path: table?.string("path"), git: table?.string("git") });
      return { source, name, origin: node.origin, ...fields };
    }),
  );
  return Object.values(bySource).flat();
}

function envOf(env: ConfigReader | undefined): Readonly<Record<string, EnvConfig>> {
  const entries = [...(env?.table.entries ?? [])].flatMap(([name, node]) => {
    const table = node.kind === "table" ? env?.child(name) : undefined;
    const value = table ? table.required("value") : env?.string(name);
    if (!value) return [];
    const force = table?.boolean("force")?.value ?? false;
    return [[name, { value, force, relative: table?.boolean("relative")?.value ?? false }] as const];
  });
  return Object.fromEntries(entries);
}

function wordsOf(table: ConfigReader | undefined): Readonly<Record<string, ConfigValue<readonly string[]>>> {
  const names = [...(table?.table.entries.keys() ?? [])];
  return Object.fromEntries(
    names.flatMap((name) => {
      const words = table?.words(name);
      return words ? [[name, words]] : [];
    }),
  );
}

/**
 * Merges two levels of settings as Cargo does
 * (https://doc.rust-lang.org/cargo/reference/config.html#hierarchical-structure): tables key by key, of
 * single values the nearer one, arrays joined with the nearer one's elements last.
 *
 * Errors: `config-invalid`, where one has a table or an array and the other something else.
 */
function mergeConfig(near: ConfigTable, far: ConfigTable): Result<ConfigTable> {
  const merged = mergeNodes(near, far, []);
  if (!merged.ok) return merged;
  return ok(merged.value.kind === "table" ? merged.value : near);
}

function mergeNodes(near: ConfigNode, far: ConfigNode, path: TomlPath): Result<ConfigNode> {
  if (near.kind === "scalar" && far.kind === "scalar") return ok(near);
  if (near.kind === "list" && far.kind === "list") {
    return ok(isReplaced(path) ? near : { ...near, items: [...far.items, ...near.items] });
  }
  if (near.kind !== "table" || far.kind !== "table") return err(mismatch(near, far, path));
  const entries = new Map(far.entries);
  for (const [key, node] of near.entries) {
    const other = far.entries.get(key);
    const merged = other ? mergeNodes(node, other, [...path, key]) : ok(node);
    if (!merged.ok) return merged;
    entries.set(key, merged.value);
  }
  return ok({ ...near, entries });
}

/** Commands written as arrays, whose words must not mix with another command's. */
function isReplaced([first, second, third]: TomlPath): boolean {
  if (first === "target") return third === "runner";
  if (first === "registries") return third === "credential-provider";
  if (first === "registry") return second === "credential-provider";
  return (
    first === "credential-alias" ||
    (first === "host" && second === "runner") ||
    (first === "doc" && second === "browser")
  );
}

function mismatch(near: ConfigNode, far: ConfigNode, path: TomlPath) {
  const found = `${words[near.kind]} here, ${words[far.kind]} in \`${far.origin.document.file}\``;
  return diagnostic("config-invalid", `\`${showPath(path)}\` cannot be merged: ${found}`, {
    place: placeOfNode(near),
    help: ["write both in the same form"],
  });
}

const words = { scalar: "a single value", list: "an array", table: "a table" };
