import type { Config, SourceConfig } from "../../cargo/config.ts";
import { configPath } from "../../cargo/configPath.ts";
import { isCratesIo } from "./registryName.ts";

/** Crates on this machine that the user's configuration puts in a registry's place. */
export type LocalReplacement = {
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
export function localReplacement(config: Config, source: string): LocalReplacement | undefined {
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
function tableOf(config: Config, source: string): string | undefined {
  if (isCratesIo(source)) return "crates-io";
  return Object.keys(config.source).find((name) => {
    const url = config.source[name]?.registry?.value;
    return url !== undefined && sourceOfIndex(url) === source;
  });
}

/** An index as a configuration has it, as a lock names it. */
export function sourceOfIndex(index: string): string {
  return index.startsWith("sparse+") ? index : `registry+${index}`;
}

function placeIn({ directory, localRegistry }: SourceConfig): LocalReplacement | undefined {
  if (directory) return { kind: "directory", path: configPath(directory) };
  if (localRegistry) return { kind: "local-registry", path: configPath(localRegistry) };
  return undefined;
}
