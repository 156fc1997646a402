import { existsSync, readdirSync, statSync } from "node:fs";
import { byCodeUnit } from "../../base/digest.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import { cratesIo } from "../../cargo/sourceId.ts";
import { crateStem, isCratesIo, type LockedCrate } from "../lockedPackage.ts";
import { localReplacement } from "./registrySettings.ts";

/** A `.crate` file in Cargo's download cache. */
export type CrateFile = {
  readonly path: string;
  /** Whether the directory's name says that it is the crate's registry; a mirror's does not. */
  readonly own: boolean;
};

/**
 * For each crate the files in `<cargo home>/registry/cache/<registry>/<name>-<version>.crate` that may be it,
 * those of its own registry first. Several registries may have a file of that name; the checksum tells which.
 * Before them that of a local registry, where Cargo's settings put one in the registry's place. What lies there and is no file
 * counts as nothing: to open a pipe would wait for whoever writes into it.
 */
export function locateCrates(
  crates: readonly LockedCrate[],
  home: string,
  settings: CargoConfig | undefined,
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
    const local = settings && localReplacement(settings, crate.source);
    const path = local?.kind === "local-registry" ? `${local.path}/${name}` : undefined;
    const found = path === undefined ? cached : [{ path, own: true }, ...cached];
    return found.filter((file) => statSync(file.path, { throwIfNoEntry: false })?.isFile());
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/**
 * Whether a directory of Cargo's download cache belongs to the registry. Cargo names it `<host>-<hash>`, where
 * the hash is Cargo's own affair; for crates.io the host is that of its sparse or of its git index.
 * False for a mirror, whose host the lock does not know.
 */
function isCacheOf(directoryName: string, source: string): boolean {
  const host = directoryName.replace(/-[0-9a-f]+$/, "");
  if (isCratesIo(source)) return host.endsWith("crates.io") || host === new URL(cratesIo.url).hostname;
  const url = source.replace(/^(registry|sparse)\+/, "");
  return URL.canParse(url) && new URL(url).hostname === host;
}
