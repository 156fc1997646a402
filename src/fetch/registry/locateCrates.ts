import { existsSync, readdirSync } from "node:fs";
import { byCodeUnit } from "../../base/canonical.ts";
import type { Config } from "../../cargo/config.ts";
import { localReplacement } from "./localReplacement.ts";
import { crateStem, type LockedCrate } from "./lockedPackage.ts";
import { isCacheOf } from "./registryName.ts";

/** A `.crate` file in Cargo's download cache. */
export type CrateFile = {
  readonly path: string;
  /** Whether the directory's name says that it is the crate's registry; a mirror's does not. */
  readonly own: boolean;
};

/**
 * For each crate the files in `<cargo home>/registry/cache/<registry>/<name>-<version>.crate` that may be it,
 * those of its own registry first. Several registries may have a file of that name; the checksum tells which.
 * Before them that of a local registry, where `config` puts one in the registry's place.
 */
export function locateCrates(
  crates: readonly LockedCrate[],
  home: string,
  config: Config | undefined,
): CrateFile[][] {
  const cache = `${home}/registry/cache`;
  const directories = existsSync(cache) ? readdirSync(cache).sort(byCodeUnit) : [];
  const names = new Map(
    directories.map((directory) => [directory, new Set(namesIn(`${cache}/${directory}`))]),
  );
  return crates.map((crate) => {
    const name = `${crateStem(crate)}.crate`;
    const cached = directories
      .filter((directory) => names.get(directory)?.has(name))
      .map((directory) => ({
        path: `${cache}/${directory}/${name}`,
        own: isCacheOf(directory, crate.source),
      }))
      .sort((a, b) => Number(b.own) - Number(a.own));
    const local = config && localReplacement(config, crate.source);
    const path = local?.kind === "local-registry" ? `${local.path}/${name}` : undefined;
    return path !== undefined && existsSync(path) ? [{ path, own: true }, ...cached] : cached;
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
