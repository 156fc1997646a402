import { mkdirSync, writeFileSync } from "node:fs";
import { stringify } from "smol-toml";
import type { LockedCrate } from "./lockedPackage.ts";
import { isCratesIo } from "./registryName.ts";

export type FetchPackage = {
  /** What the package depends on, and so `cargo fetch` downloads. */
  readonly wanted: readonly LockedCrate[];
  /** All that the lock pins: what the wanted crates need in turn is taken from it, also where it was yanked. */
  readonly locked: readonly LockedCrate[];
};

/**
 * Writes a package that depends on crates of a lock which is no workspace's, so that Cargo can be had to download
 * them, with all that the user configured: mirrors, proxies, credentials.
 *
 * @param directory empty
 * @returns the path of its manifest
 */
export function writeFetchPackage(directory: string, { wanted, locked }: FetchPackage): string {
  const manifest = `${directory}/Cargo.toml`;
  mkdirSync(`${directory}/src`);
  writeFileSync(`${directory}/src/lib.rs`, "");
  writeFileSync(
    manifest,
    stringify({
      package: { name: "gantry-fetch", version: "0.0.0", edition: "2021" },
      dependencies: Object.fromEntries(wanted.map((crate, index) => [`crate-${index}`, dependencyOn(crate)])),
      workspace: {},
    }),
  );
  writeFileSync(`${directory}/Cargo.lock`, stringify({ version: 4, package: locked.map(entryOf) }));
  return manifest;
}

/** Without its features: they would only bring more dependencies. Under another name, as two versions may be wanted. */
function dependencyOn({ name, version, source }: LockedCrate) {
  const index = source.replace(/^registry\+/, "");
  return {
    package: name,
    version: `=${version.replace(/\+.*$/, "")}`,
    "default-features": false,
    ...(!isCratesIo(source) && { "registry-index": index }),
  };
}

function entryOf({ name, version, source, checksum }: LockedCrate) {
  return { name, version, source, checksum };
}
