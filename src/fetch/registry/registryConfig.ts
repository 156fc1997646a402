import { byCodeUnit } from "../../base/canonical.ts";
import { sourceOfIndex } from "./localReplacement.ts";
import { isCratesIo } from "./registryName.ts";
import { userConfig } from "./userConfig.ts";

/** What a hermetic build has to be told of the registries that its lock names. */
export type RegistryConfig = {
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
