import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PublishedCrate } from "./publishedCrate.ts";

/** What an index says of a crate beside its name, version and checksum. */
type IndexEntry = {
  /** When it is said to be published. */
  readonly pubtime?: string | undefined;
  /** The names of dependencies at version 1. Default: none. */
  readonly deps?: readonly string[];
  readonly buildDeps?: readonly string[];
  readonly links?: string;
};

/** What Cargo 1.95 keeps of a registry's index about crates. */
export function fillIndexCache(
  home: string,
  crates: readonly (readonly [crate: PublishedCrate, pubtime: string | undefined])[],
): void {
  fillIndex(
    home,
    crates.map(([crate, pubtime]) => [crate, { pubtime }]),
  );
}

/** The same, with what the crates depend on. */
export function fillIndex(
  home: string,
  crates: readonly (readonly [crate: PublishedCrate, entry: IndexEntry])[],
): void {
  const index = join(home, "registry/index/index.crates.io-1949cf8c6b5b557f");
  for (const [{ name, version, checksum }, { deps = [], buildDeps = [], ...more }] of crates) {
    const file = join(index, ".cache", `${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`);
    const known = [
      ...deps.map((each) => dependency(each, "normal")),
      ...buildDeps.map((each) => dependency(each, "build")),
    ];
    const entry = { name, vers: version, deps: known, cksum: checksum, features: {}, yanked: false, ...more };
    mkdirSync(dirname(file), { recursive: true });
    const head = Buffer.from([3, 2, 0, 0, 0]);
    writeFileSync(
      file,
      Buffer.concat([head, Buffer.from(`etag: W/"1"\0${version}\0${JSON.stringify(entry)}\0`)]),
    );
  }
  // Nobody answers there.
  writeFileSync(join(index, "config.json"), '{"dl":"http://127.0.0.1:10","api":null}');
}

function dependency(name: string, kind: "normal" | "build") {
  return { name, req: "^1", features: [], optional: false, default_features: true, target: null, kind };
}
