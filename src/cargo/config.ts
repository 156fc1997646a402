import type { ConfigTable, Origin } from "./configNode.ts";

/** Cargo's configuration after merging, as far as a build depends on it. Absent means not configured. */
export type Config = {
  readonly build: BuildConfig;
  /** By triple or `cfg(…)`. */
  readonly target: Readonly<Record<string, TargetConfig>>;
  readonly source: Readonly<Record<string, SourceConfig>>;
  readonly registries: Readonly<Record<string, RegistryConfig>>;
  /** `registry.default`: the registry of `cargo publish` and of unnamed installs. */
  readonly defaultRegistry?: ConfigValue<string>;
  readonly patch: readonly ConfigPatch[];
  /** `paths`: local packages that override dependencies, as written. */
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
  /** One or several triples, or paths of target files. */
  readonly target?: ConfigValue<readonly string[]>;
  readonly rustflags?: ConfigValue<readonly string[]>;
  readonly rustdocflags?: ConfigValue<readonly string[]>;
  readonly rustc?: ConfigValue<string>;
  readonly rustcWrapper?: ConfigValue<string>;
  readonly rustcWorkspaceWrapper?: ConfigValue<string>;
  readonly targetDir?: ConfigValue<string>;
  readonly buildDir?: ConfigValue<string>;
  /** A count; negative: the number of processors plus it; `default`. */
  readonly jobs?: ConfigValue<number | "default">;
  readonly incremental?: ConfigValue<boolean>;
};

export type TargetConfig = {
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
export type RegistryConfig = { readonly index?: ConfigValue<string> };

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
