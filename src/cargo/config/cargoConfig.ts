// cargo/config: Cargo's own settings (`.cargo/config.toml`, `rust-toolchain.toml`): where they are, what they say,
// what they name.

import { posix } from "node:path";
import type { Place } from "../../base/diagnostic.ts";
import { placeOf } from "../toml/placeOf.ts";
import { isTable, type TomlDocument, type TomlPath, type TomlTable, type TomlValue } from "../toml/toml.ts";

/** Cargo's settings after merging, as far as a build depends on them. Absent means not set. */
export type CargoConfig = {
  readonly build: BuildConfig;
  /** `[target.<…>]`, by triple or `cfg(…)`. */
  readonly platforms: Readonly<Record<string, PlatformConfig>>;
  readonly source: Readonly<Record<string, SourceConfig>>;
  readonly registries: Readonly<Record<string, RegistryConfig>>;
  /** `registry.default`: the registry of `cargo publish` and of unnamed installs. */
  readonly defaultRegistry?: ConfigValue<string>;
  readonly patch: readonly ConfigPatch[];
  /** `paths`: local packages in the place of dependencies, as written. */
  readonly paths: readonly ConfigValue<string>[];
  readonly env: Readonly<Record<string, EnvConfig>>;
  readonly net: {
    readonly offline?: ConfigValue<boolean>;
    readonly gitFetchWithCli?: ConfigValue<boolean>;
    readonly retry?: ConfigValue<number>;
  };
  /** By profile, merged, as nodes. */
  readonly profile: Readonly<Record<string, ConfigTable>>;
  /** The words of each alias. */
  readonly alias: Readonly<Record<string, ConfigValue<readonly string[]>>>;
  /** Everything, typed or not. */
  readonly merged: ConfigTable;
};

/** A value and where it was written: `placeOf(value.origin.document, value.origin.path)` shows it. */
export type ConfigValue<T> = { readonly value: T; readonly origin: Origin };

export type BuildConfig = {
  /** `target`: one or several triples, or paths of files that describe a platform. */
  readonly platforms?: ConfigValue<readonly string[]>;
  readonly rustflags?: ConfigValue<readonly string[]>;
  readonly rustdocflags?: ConfigValue<readonly string[]>;
  readonly rustc?: ConfigValue<string>;
  readonly rustcWrapper?: ConfigValue<string>;
  readonly rustcWorkspaceWrapper?: ConfigValue<string>;
  readonly targetDirectory?: ConfigValue<string>;
  readonly buildDirectory?: ConfigValue<string>;
  /** A count; negative: the number of processors plus it; `default`. */
  readonly jobs?: ConfigValue<number | "default">;
  readonly incremental?: ConfigValue<boolean>;
};

type PlatformConfig = {
  readonly linker?: ConfigValue<string>;
  readonly rustflags?: ConfigValue<readonly string[]>;
  readonly rustdocflags?: ConfigValue<readonly string[]>;
  readonly runner?: ConfigValue<readonly string[]>;
};

/** `[source.<name>]`. Names are `crates-io` or the user's own. */
export type SourceConfig = {
  readonly replaceWith?: ConfigValue<string>;
  readonly registry?: ConfigValue<string>;
  readonly localRegistry?: ConfigValue<string>;
  readonly directory?: ConfigValue<string>;
  readonly git?: ConfigValue<string>;
  readonly branch?: ConfigValue<string>;
  readonly tag?: ConfigValue<string>;
  readonly rev?: ConfigValue<string>;
};

/** `[registries.<name>]`, without its token. */
type RegistryConfig = { readonly index?: ConfigValue<string> };

/** One entry of `[patch.<source>]`. */
export type ConfigPatch = {
  /** What is patched: `crates-io`, a registry's name or a URL. */
  readonly source: string;
  readonly name: string;
  readonly origin: Origin;
  readonly path?: ConfigValue<string>;
  readonly git?: ConfigValue<string>;
};

export type EnvConfig = {
  readonly value: ConfigValue<string>;
  /** Whether it replaces what the caller's environment says. */
  readonly force: boolean;
  /** Whether it is a path from the directory that holds `.cargo`. */
  readonly relative: boolean;
};

/** A value of Cargo's settings, which remembers where it was written. */
export type ConfigNode = ConfigScalar | ConfigList | ConfigTable;

type Origin = { readonly document: TomlDocument; readonly path: TomlPath };

type ConfigScalar = {
  readonly kind: "scalar";
  readonly value: Exclude<TomlValue, TomlTable | TomlValue[]>;
  readonly origin: Origin;
};

type ConfigList = {
  readonly kind: "list";
  readonly items: readonly ConfigNode[];
  readonly origin: Origin;
};

export type ConfigTable = {
  readonly kind: "table";
  readonly entries: ReadonlyMap<string, ConfigNode>;
  /** Of the nearest file that has it. */
  readonly origin: Origin;
};

/** A document as a node. */
export function configNode(document: TomlDocument): ConfigTable {
  return tableNode(document.table, { document, path: [] });
}

/** Where a node was written, for a diagnostic. */
export function placeOfNode({ origin }: ConfigNode): Place {
  return placeOf(origin.document, origin.path);
}

function nodeOf(value: TomlValue, origin: Origin): ConfigNode {
  if (Array.isArray(value)) {
    const items = value.map((item, index) => nodeOf(item, at(origin, index)));
    return { kind: "list", items, origin };
  }
  return isTable(value) ? tableNode(value, origin) : { kind: "scalar", value, origin };
}

function tableNode(table: TomlTable, origin: Origin): ConfigTable {
  const entries = Object.entries(table).map(([key, value]) => [key, nodeOf(value, at(origin, key))] as const);
  return { kind: "table", entries: new Map(entries), origin };
}

function at({ document, path }: Origin, step: string | number): Origin {
  return { document, path: [...path, step] };
}

/**
 * A path of the settings (`target-dir`, `paths`, `[patch]`, `env` with `relative`, programs with a `/`):
 * relative ones count from the directory that holds `.cargo`, whichever file of it they stand in
 * (https://doc.rust-lang.org/cargo/reference/config.html#config-relative-paths).
 */
export function settingPath({ value, origin }: ConfigValue<string>): string {
  if (posix.isAbsolute(value)) return value;
  return posix.join(posix.dirname(posix.dirname(origin.document.file)), value);
}
