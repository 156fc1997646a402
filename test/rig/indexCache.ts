import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PublishedCrate } from "./publishedCrate.ts";

/** What Cargo 1.95 keeps of a registry's index about crates, with the time that each is said to be published. */
export function fillIndexCache(
  home: string,
  crates: readonly (readonly [crate: PublishedCrate, pubtime: string | undefined])[],
): void {
  for (const [{ name, version, checksum }, pubtime] of crates) {
    const path = `${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
    const file = join(home, "registry/index/index.crates.io-1949cf8c6b5b557f/.cache", path);
    const entry = { name, vers: version, deps: [], cksum: checksum, features: {}, yanked: false, pubtime };
    mkdirSync(dirname(file), { recursive: true });
    const head = Buffer.from([3, 2, 0, 0, 0]);
    writeFileSync(
      file,
      Buffer.concat([head, Buffer.from(`etag: W/"1"\0${version}\0${JSON.stringify(entry)}\0`)]),
    );
  }
}
