import { existsSync, readdirSync } from "node:fs";
import { byCodeUnit } from "../../base/canonical.ts";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import type { CargoConfig } from "../../cargo/config/cargoConfig.ts";
import { crateStem, type LockedCrate } from "../lockedPackage.ts";
import { localReplacement } from "./registryConfig.ts";
import { isCacheOf, registryName } from "./registryName.ts";

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
  config: CargoConfig | undefined,
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

/** A file in Cargo's download cache that is not what the lock pins. */
export type Mismatch = { readonly crate: LockedCrate; readonly file: string; readonly found: Digest };

/** `checksum-mismatch`: which crate, which file, from where, what was expected and what was found. */
export function checksumMismatch({ crate, file, found }: Mismatch): Diagnostic {
  const stem = crateStem(crate);
  return diagnostic("checksum-mismatch", `the download of \`${stem}\` is not what \`Cargo.lock\` pins`, {
    notes: [
      `the file is \`${file}\`, in Cargo's download cache, which Cargo does not verify again`,
      `it came from ${registryName(crate.source)}`,
      `expected ${crate.checksum}`,
      `found    ${found}`,
    ],
    help: [
      `delete the file and fetch again: rm '${file}' && cargo fetch --locked`,
      "if that gives the same file, the registry or a mirror changed the crate, or somebody changed `Cargo.lock`: compare it with its history before you trust either",
    ],
  });
}
