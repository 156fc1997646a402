import { byCodeUnit } from "../../base/digest.ts";
import { type CargoConfig, type SourceConfig, settingPath } from "../../cargo/config/cargoConfig.ts";
import { isCratesIo, sourceOfIndex } from "../lockedPackage.ts";
import { userCargoConfig } from "../userCargoConfig.ts";

/** What a hermetic build has to be told of the registries that its lock names. */
type RegistrySettings = {
  /**
   * `[registries.<name>]` of those that are named outside the project, in Cargo's home for instance or by
   * `CARGO_REGISTRIES_<NAME>_INDEX`: manifests use the names. Without tokens.
   */
  readonly tables: string;
  /**
   * The name of the `[source.<name>]` that the project's own settings have for a registry. Cargo refuses two
   * tables for one registry (1.95), so that one is to be changed and none added.
   */
  nameOf(source: string): string | undefined;
};

/**
 * Reads Cargo's settings of registries.
 *
 * @param sources the registries, as a lock names them
 * @param root the workspace's directory; settings in it are part of the build, settings above it are not
 */
export async function registrySettings(
  sources: readonly string[],
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<RegistrySettings> {
  const config = userCargoConfig(root, env);
  const isInside = (file: string) => file.startsWith(`${root}/`);
  const [inside, outside] = [await config.parsed(isInside), await config.parsed((file) => !isInside(file))];
  const indexes = new Map(indexesInEnvironment(env));
  for (const [name, { index }] of Object.entries(outside?.registries ?? {}))
    if (index) indexes.set(name, index.value);
  const tables = [...indexes]
    .filter(([name, index]) => sources.includes(sourceOfIndex(index)) && !inside?.registries[name])
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([name, index]) => `\n[registries.${JSON.stringify(name)}]\nindex = ${JSON.stringify(index)}\n`);
  const names = new Map(
    Object.entries(inside?.source ?? {}).flatMap(([name, { registry }]) =>
      registry ? [[sourceOfIndex(registry.value), name] as const] : [],
    ),
  );
  return { tables: tables.join(""), nameOf: (source) => names.get(source) };
}

/** A variable's name tells neither `-` from `_` nor the case, so each is given in the spellings that are usual. */
function indexesInEnvironment(env: NodeJS.ProcessEnv): [name: string, index: string][] {
  return Object.entries(env).flatMap(([variable, index]) => {
    const name = /^CARGO_REGISTRIES_(.+)_INDEX$/.exec(variable)?.[1]?.toLowerCase();
    if (name === undefined || index === undefined) return [];
    const spellings = new Set([name, name.replaceAll("_", "-")]);
    return [...spellings].map((spelling): [string, string] => [spelling, index]);
  });
}

/** Crates on this machine that the user's settings put in a registry's place. */
type LocalReplacement = {
  /** `directory`: unpacked crates, as `cargo vendor` writes them. `local-registry`: `.crate` files and an index. */
  readonly kind: "directory" | "local-registry";
  /** Absolute. */
  readonly path: string;
};

/**
 * What replaces the registry `source` (as a lock names it) at the end of its `replace-with`s, if that is on this
 * machine; undefined for a registry that is not replaced, or by another one: Cargo downloads from that as it
 * does from the registry itself.
 *
 * Source: The Cargo Book, "Source Replacement" (Cargo 1.95).
 */
export function localReplacement(settings: CargoConfig, source: string): LocalReplacement | undefined {
  const seen = new Set<string>();
  for (let name = tableOf(settings, source); name !== undefined && !seen.has(name); ) {
    seen.add(name);
    const table: SourceConfig | undefined = settings.source[name];
    const replacement = table && replacementIn(table);
    if (replacement) return replacement;
    name = table?.replaceWith?.value;
  }
  return undefined;
}

/** The `[source.<name>]` that stands for a registry. */
function tableOf(settings: CargoConfig, source: string): string | undefined {
  if (isCratesIo(source)) return "crates-io";
  return Object.keys(settings.source).find((name) => {
    const url = settings.source[name]?.registry?.value;
    return url !== undefined && sourceOfIndex(url) === source;
  });
}

function replacementIn({ directory, localRegistry }: SourceConfig): LocalReplacement | undefined {
  if (directory) return { kind: "directory", path: settingPath(directory) };
  if (localRegistry) return { kind: "local-registry", path: settingPath(localRegistry) };
  return undefined;
}
