import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { craftCrate } from "../fetch/registry/craftCrate.ts";
import { dependenciesOf } from "./dependenciesOf.ts";
import type { LockedCrate } from "./lockedCrate.ts";

/**
 * A crate as a registry would serve it, made for a test: tiny, with whatever inside, and needing no network.
 */
export type PublishedCrate = LockedCrate & { readonly bytes: Buffer };

/**
 * @param manifest what follows `[package]` in its `Cargo.toml`
 * @param files by path; an empty library where there is none
 */
export function publishedCrate(
  name: string,
  manifest = "",
  files: Readonly<Record<string, string>> = {},
  version = "1.0.0",
): PublishedCrate {
  const text = `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\n\n${manifest}`;
  const contents = { "src/lib.rs": "", "Cargo.toml": text, ...files };
  const entries = Object.entries(contents).map(([path, body]) => ({
    path: `${name}-${version}/${path}`,
    body,
  }));
  return { name, version, ...craftCrate(entries), dependencies: dependenciesOf(text) };
}

/** Puts crates where Cargo would have downloaded them to from crates.io. */
export function fillCargoHome(home: string, crates: readonly PublishedCrate[]): void {
  const cache = join(home, "registry/cache/index.crates.io-1949cf8c6b5b557f");
  mkdirSync(cache, { recursive: true });
  for (const { name, version, bytes } of crates)
    writeFileSync(join(cache, `${name}-${version}.crate`), bytes);
}
