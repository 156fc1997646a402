import { expect, test } from "vitest";
import { compilerSettings } from "../../src/cargo/config/settings.ts";

const isForeign = (platform: string) => platform.includes("windows");
const settings = (text: string) => compilerSettings(text, isForeign);

test("flags, variables and profiles stay, without comments and in one order", () => {
  expect(
    settings('# fast\n[profile.release]\nlto = true\n[build]\nrustflags = ["-Cdebuginfo=1"] # small\n'),
  ).toBe('[build]\nrustflags = [ "-Cdebuginfo=1" ]\n\n[profile.release]\nlto = true\n');
  expect(settings('[env]\nA = "1"\n')).not.toBe(settings('[env]\nA = "2"\n'));
});

test("where packages come from, and how Cargo talks, is left out", () => {
  const text = `
[patch.crates-io]
a = { path = "../a" }
[source.crates-io]
replace-with = "mirror"
[registry]
global-min-publish-age = "7 days"
[registries.ours]
index = "sparse+https://example.com/"
min-publish-age = "0"
[resolver]
incompatible-publish-age = "deny"
[net]
offline = true
[term]
quiet = true
`;
  expect(settings(text)).toBe("");
});

test("so is the table of a platform that nothing is compiled for", () => {
  const windows = '[target.x86_64-pc-windows-msvc]\nrustflags = ["-Ctarget-feature=+crt-static"]\n';
  const linux = '[target.x86_64-unknown-linux-gnu]\nlinker = "clang"\n';
  expect(settings(windows)).toBe("");
  expect(settings(windows + linux)).toBe(settings(linux));
});

test("which platforms are compiled for is left out, but not what describes one", () => {
  expect(settings('[build]\ntarget = "wasm32-wasip1"\n')).toBe("");
  expect(settings('[build]\ntarget = ["wasm32-wasip1"]\njobs = 2\n')).toBe("[build]\njobs = 2\n");
  expect(settings('[build]\ntarget = "boards/one.json"\n')).not.toBe("");
});

test("what cannot be parsed is taken as it is", () => {
  expect(settings("[build\n")).toBe("[build\n");
});
