import { byCodeUnit } from "../../base/canonical.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import {
  type CargoConfig,
  type ConfigNode,
  configPath,
  placeOfNode,
  type SourceConfig,
} from "../../cargo/config/cargoConfig.ts";
import { redact } from "../../cargo/redact.ts";
import { userConfig } from "../userConfig.ts";
import { isCratesIo } from "./registryName.ts";

/** What a hermetic build has to be told of the registries that its lock names. */
type RegistryConfig = {
  /**
   * `[registries.<name>]` of those that are named outside the project, in Cargo's home for instance or by
   * `CARGO_REGISTRIES_<NAME>_INDEX`: manifests use the names. Without tokens.
   */
  readonly tables: string;
  /**
   * The name of the `[source.<name>]` that the project's own configuration has for a registry. Cargo refuses two
   * tables for one registry (1.95), so that one is to be changed and none added.
   */
  nameOf(source: string): string | undefined;
};

const none: RegistryConfig = { tables: "", nameOf: () => undefined };

/**
 * Reads the user's configuration of the registries in `sources` (as a lock names them).
 *
 * @param root the workspace's directory; configuration in it is part of the build, configuration above is not
 */
export async function registryConfig(
  sources: readonly string[],
  root: string,
  env: NodeJS.ProcessEnv,
): Promise<RegistryConfig> {
  const wanted = new Set(
    sources.filter((source) => /^(registry|sparse)\+/.test(source) && !isCratesIo(source)),
  );
  if (wanted.size === 0) return none;
  const config = userConfig(root, env);
  const isInside = (file: string) => file.startsWith(`${root}/`);
  const [inside, outside] = [await config.parsed(isInside), await config.parsed((file) => !isInside(file))];
  const named = new Map(indexesInEnvironment(env));
  for (const [name, { index }] of Object.entries(outside?.registries ?? {}))
    if (index) named.set(name, index.value);
  const tables = [...named]
    .filter(([name, index]) => wanted.has(sourceOfIndex(index)) && !inside?.registries[name])
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

/** Crates on this machine that the user's configuration puts in a registry's place. */
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
export function localReplacement(config: CargoConfig, source: string): LocalReplacement | undefined {
  const seen = new Set<string>();
  for (let name = tableOf(config, source); name !== undefined && !seen.has(name); ) {
    seen.add(name);
    const table: SourceConfig | undefined = config.source[name];
    const kept = table && placeIn(table);
    if (kept !== undefined) return kept;
    name = table?.replaceWith?.value;
  }
  return undefined;
}

/** The `[source.<name>]` that stands for a registry. */
function tableOf(config: CargoConfig, source: string): string | undefined {
  if (isCratesIo(source)) return "crates-io";
  return Object.keys(config.source).find((name) => {
    const url = config.source[name]?.registry?.value;
    return url !== undefined && sourceOfIndex(url) === source;
  });
}

/** An index as a configuration has it, as a lock names it. */
function sourceOfIndex(index: string): string {
  return index.startsWith("sparse+") ? index : `registry+${index}`;
}

function placeIn({ directory, localRegistry }: SourceConfig): LocalReplacement | undefined {
  if (directory) return { kind: "directory", path: configPath(directory) };
  if (localRegistry) return { kind: "local-registry", path: configPath(localRegistry) };
  return undefined;
}

/**
 * `token-in-project`: a registry's token in the configuration that belongs to the project. All that belongs to it is
 * copied to the store, hashed, and seen by every build script.
 */
export async function tokenInProject(root: string, env: NodeJS.ProcessEnv): Promise<Diagnostic | undefined> {
  const config = userConfig(root, env);
  if (!config.mentions("token") && !config.mentions("secret-key")) return undefined;
  const inside = (await config.parsed((file) => file.startsWith(`${root}/`)))?.merged;
  const registry = inside?.entries.get("registry");
  const registries = inside?.entries.get("registries");
  const named = registries?.kind === "table" ? [...registries.entries.values()] : [];
  const secret = [registry, ...named].flatMap(secretIn)[0];
  if (!secret) return undefined;
  const place = placeOfNode(secret);
  return diagnostic("token-in-project", "the project's Cargo configuration holds a token", {
    place: {
      ...place,
      file: place.file.slice(root.length + 1),
      ...(place.text !== undefined && { text: redact(place.text) }),
      label: "every build script would see it",
    },
    notes: ["what belongs to the project is copied to the store and shown to the build"],
    help: ["remove the line, and let Cargo keep the token outside the project: cargo login --registry NAME"],
  });
}

function secretIn(node: ConfigNode | undefined): ConfigNode[] {
  if (node?.kind !== "table") return [];
  return ["token", "secret-key"].flatMap((key) => node.entries.get(key) ?? []);
}
