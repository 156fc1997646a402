import fc from "fast-check";
import { expect, test } from "vitest";
import { damagedText } from "../../scripts/damagedText.ts";
import { seededRandom } from "../../scripts/seededRandom.ts";
import { parseCargoConfig } from "../../src/cargo/config/parseCargoConfig.ts";
import { parseLock } from "../../src/cargo/lock/parseLock.ts";
import { writeLock } from "../../src/cargo/lock/writeLock.ts";
import { parseManifest } from "../../src/cargo/manifest/parseManifest.ts";
import { lockText } from "./lockText.ts";

const lock = `${lockText.replace('"rand 0.8.5"', '"rand 0.8.5 (registry+https://github.com/rust-lang/crates.io-index)"')}
[metadata]
key = "value"
`;

const manifest = `[package]
name = "app"
version.workspace = true
edition = "2021"
build = "build.rs"

[[bin]]
name = "tool"
path = "src/tool.rs"

[dependencies]
rand = "0.8"
local = { path = "../local", features = ["a"], optional = true }
"remote" = { git = "https://example.org/a", branch = "f/x" }

[target.'cfg(unix)'.dependencies.libc]
version = "0.2"

[features]
default = ["dep:local"]

[workspace]
members = ["crates/*"]
package = { version = "1.2.3" }

[profile.release]
lto = "fat"

[patch.crates-io]
rand = { path = "rand" }
`;

const config = `[source.crates-io]
replace-with = "ours"
[source.ours]
directory = "vendor"
[registries]
mine = { index = "sparse+https://example.org/" }
[target.'cfg(unix)']
rustflags = ["-C", "opt-level=2"]
[env]
A = { value = "b", force = true }
[build]
jobs = "default"
`;

const files: [string, string, (text: string) => { readonly ok: boolean }][] = [
  ["Cargo.lock", lock, (text) => parseLock("Cargo.lock", text)],
  ["Cargo.toml", manifest, (text) => parseManifest("Cargo.toml", text)],
  [".cargo/config.toml", config, (text) => parseCargoConfig([{ file: ".cargo/config.toml", text }])],
];

test.each(files)("a damaged %s is read or refused, never a crash", (_, text, parse) => {
  expect(parse(text).ok).toBe(true);
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      outcomes.add(parse(damagedText(text, seededRandom(seed))).ok);
    }),
    { numRuns: 300 },
  );
  expect(outcomes).toEqual(new Set([true, false]));
});

test("a damaged lock that is read can be written, and says the same when it is read again", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const read = parseLock("Cargo.lock", damagedText(lock, seededRandom(seed)));
      if (!read.ok || read.value.packages.length === 0) return;
      const again = parseLock("Cargo.lock", writeLock(read.value));
      expect(again.ok && again.value.packages.map(({ name, version }) => [name, version])).toEqual(
        read.value.packages.map(({ name, version }) => [name, version]),
      );
    }),
    { numRuns: 200 },
  );
});
