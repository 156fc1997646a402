import { expect, test } from "vitest";
import { damagedText } from "../../../scripts/damagedText.ts";
import { seededRandom } from "../../../scripts/seededRandom.ts";
import { parseChannelManifest } from "../../../src/fetch/toolchain/channelManifest.ts";
import { host, manifestText, publishedManifest, publishedReleases } from "./manifest.ts";

test("a manifest", () => {
  const { date, packages, renames, profiles, installable, basic } = publishedManifest("stable");
  expect({ date, rustc: packages.get("rustc")?.version }).toEqual({
    date: "2026-10-15",
    rustc: "1.99.1 (58cf8f9c3 2026-10-13)",
  });
  expect(packages.get("cargo")?.archives.get(host)).toEqual({
    url: `https://static.rust-lang.org/dist/2026-10-15/cargo-1.99.1-${host}.tar.xz`,
    sha256: "53f3521949404d595efb06a55c12c5658d4ed1c75566f33d3d514eaebe70bd8a",
  });
  expect(packages.get("cargo")?.archives.get("x86_64-pc-windows-gnu")).toBe(undefined);
  expect(renames.get("clippy")).toBe("clippy-preview");
  expect(profiles.get("minimal")).toEqual(["rustc", "cargo", "rust-std", "rust-mingw"]);
  expect(basic.get(host)?.map(({ name }) => name)).toEqual(["rustc", "rust-std", "cargo", "rust-docs"]);
  expect(installable.get(host)).toContainEqual({ name: "rust-src", target: "*" });
});

test("before Rust 1.19 archives were packed with gzip", () => {
  expect(publishedManifest("1.15.0").packages.get("rustc")?.archives.get(host)?.url).toMatch(/\.tar\.gz$/);
  expect(publishedManifest("1.20.0").packages.get("rustc")?.archives.get(host)?.url).toMatch(/\.tar\.xz$/);
});

test.each([
  ["", "it has no `manifest-version`"],
  ['manifest-version = "1"', "it is of version `1`"],
])("%j is no manifest of version 2", (text, note) => {
  expect(parseChannelManifest("channel.toml", text)).toMatchObject({
    error: { code: "manifest-unusable", notes: [note] },
  });
});

test("what is damaged is read or refused, and nothing else", () => {
  const random = seededRandom(13);
  for (const release of publishedReleases)
    for (let time = 0; time < 40; time += 1) {
      const damaged = damagedText(manifestText(release), random);
      expect(parseChannelManifest(release, damaged)).toHaveProperty("ok");
    }
});
