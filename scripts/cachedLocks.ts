import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipCrate, readCrate } from "../src/fetch/registry/readCrate.ts";
import { crateCache } from "./crateCache.ts";

export type CachedLock = {
  /** `ripgrep-15.2.0`. */
  readonly crate: string;
  readonly lock: string;
  readonly manifest: string;
};

/** The published crates in Cargo's download cache that were published with a `Cargo.lock`, by name. */
export async function* cachedLocks(): AsyncGenerator<CachedLock> {
  for (const registry of (await readdir(crateCache).catch(() => [])).sort()) {
    const files = (await readdir(join(crateCache, registry))).filter((file) => file.endsWith(".crate"));
    for (const file of files.sort()) {
      const crate = file.slice(0, -".crate".length);
      const entries = readCrate(await gunzipCrate(await readFile(join(crateCache, registry, file))), crate);
      if (!entries.ok) throw new Error(`${file}: ${entries.error}`);
      const text = (path: string) => {
        const entry = entries.value.get(path);
        return entry?.type === "file" ? entry.bytes.toString() : undefined;
      };
      const lock = text("Cargo.lock");
      if (lock !== undefined)
        yield { crate, lock, manifest: text("Cargo.toml.orig") ?? text("Cargo.toml") ?? "" };
    }
  }
}
