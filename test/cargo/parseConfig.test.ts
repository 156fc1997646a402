import { expect, test } from "vitest";
import { type CargoConfig, settingPath } from "../../src/cargo/config/cargoConfig.ts";
import { parseCargoConfig } from "../../src/cargo/config/parseCargoConfig.ts";
import { configIncludes } from "../../src/cargo/config/settings.ts";
import { placeOf } from "../../src/cargo/toml/placeOf.ts";
import { parseToml } from "../../src/cargo/toml/toml.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

/** The configuration with each value written `value @ file:line`. */
function shown(...texts: readonly string[]): unknown {
  const { merged, profile, ...config } = parsed(...texts);
  expect(Object.keys(profile).every((name) => merged.entries.has("profile") && name !== "")).toBe(true);
  return brief(config);
}

function parsed(...texts: readonly string[]): CargoConfig {
  const names = [".cargo/config.toml", "../.cargo/config.toml", "/home/u/.cargo/config.toml"];
  return valueOfResult(parseCargoConfig(texts.map((text, index) => ({ file: names[index] ?? "", text }))));
}

function brief(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(brief);
  if (typeof value !== "object" || value === null) return value;
  if ("origin" in value && "value" in value && isOrigin(value.origin)) {
    const { file, line } = placeOf(value.origin.document, value.origin.path);
    return `${Array.isArray(value.value) ? value.value.join(" ") : value.value} @ ${file}:${line}`;
  }
  const fields = Object.entries(value).filter(([key]) => key !== "origin");
  return Object.fromEntries(fields.map(([key, field]) => [key, brief(field)]));
}

type Origin = CargoConfig["paths"][number]["origin"];

function isOrigin(value: unknown): value is Origin {
  return typeof value === "object" && value !== null && "document" in value;
}

const empty = {
  build: {},
  platforms: {},
  source: {},
  registries: {},
  patch: [],
  paths: [],
  env: {},
  net: {},
  alias: {},
};

test("no files", () => {
  expect(shown()).toEqual(empty);
});

test("everything that is typed, with where it was written", () => {
  expect(
    shown(`[build]
target = "wasm32-unknown-unknown"
rustflags = "-C target-cpu=native"
rustc-wrapper = "sccache"
target-dir = "out"
jobs = -1
[target.x86_64-unknown-linux-gnu]
linker = "clang"
rustflags = ["-C", "link-arg=-fuse-ld=lld"]
runner = "qemu -x"
[source.crates-io]
replace-with = "mirror"
[source.mirror]
registry = "sparse+https://mirror.example.com/"
[registries.mine]
index = "sparse+https://crates.example.com/"
token = "s3cret"
[patch.crates-io]
my-dep = { path = "../my-dep" }
[env]
A = "1"
B = { value = "sub", relative = true, force = true }
[net]
git-fetch-with-cli = true
retry = 3
[profile.release]
lto = "thin"
[alias]
b = "build --release"
t = ["test", "--all"]
`),
  ).toEqual({
    ...empty,
    build: {
      platforms: "wasm32-unknown-unknown @ .cargo/config.toml:2",
      rustflags: "-C target-cpu=native @ .cargo/config.toml:3",
      rustcWrapper: "sccache @ .cargo/config.toml:4",
      targetDirectory: "out @ .cargo/config.toml:5",
      jobs: "-1 @ .cargo/config.toml:6",
    },
    platforms: {
      "x86_64-unknown-linux-gnu": {
        linker: "clang @ .cargo/config.toml:8",
        rustflags: "-C link-arg=-fuse-ld=lld @ .cargo/config.toml:9",
        runner: "qemu -x @ .cargo/config.toml:10",
      },
    },
    source: {
      "crates-io": { replaceWith: "mirror @ .cargo/config.toml:12" },
      mirror: { registry: "sparse+https://mirror.example.com/ @ .cargo/config.toml:14" },
    },
    registries: { mine: { index: "sparse+https://crates.example.com/ @ .cargo/config.toml:16" } },
    patch: [{ source: "crates-io", name: "my-dep", path: "../my-dep @ .cargo/config.toml:19" }],
    env: {
      A: { value: "1 @ .cargo/config.toml:21", force: false, relative: false },
      B: { value: "sub @ .cargo/config.toml:22", force: true, relative: true },
    },
    net: { gitFetchWithCli: "true @ .cargo/config.toml:24", retry: "3 @ .cargo/config.toml:25" },
    alias: { b: "build --release @ .cargo/config.toml:29", t: "test --all @ .cargo/config.toml:30" },
  });
});

test("the nearest wins, arrays are joined with the nearest last, tables are merged", () => {
  const far = 'paths = ["far"]\n[build]\nrustflags = ["--far"]\njobs = 1\n[env]\nA = "far"\nB = "far"\n';
  const middle =
    '[build]\nrustflags = ["--middle"]\nrustc = "middle"\n[target.x]\nrunner = ["middle", "-m"]\n';
  const near =
    'paths = ["near"]\n[build]\nrustflags = ["--near"]\n[env]\nA = "near"\n[target.x]\nrunner = ["near"]\n';
  expect(shown(near, middle, far)).toEqual({
    ...empty,
    build: {
      rustflags: "--far --middle --near @ .cargo/config.toml:3",
      rustc: "middle @ ../.cargo/config.toml:3",
      jobs: "1 @ /home/u/.cargo/config.toml:4",
    },
    platforms: { x: { runner: "near @ .cargo/config.toml:7" } },
    paths: ["far @ /home/u/.cargo/config.toml:1", "near @ .cargo/config.toml:1"],
    env: {
      A: { value: "near @ .cargo/config.toml:5", force: false, relative: false },
      B: { value: "far @ /home/u/.cargo/config.toml:7", force: false, relative: false },
    },
  });
});

test("relative paths count from the directory that holds `.cargo`", () => {
  const { paths } = parsed('paths = ["near"]\n', 'paths = ["/abs", "up"]\n', 'paths = ["home"]\n');
  expect(paths.map(settingPath)).toEqual(["/home/u/home", "/abs", "../up", "near"]);
});

test("includes, nearest first", () => {
  const text = 'include = ["a.toml", { path = "../b.toml", optional = true }]\n';
  const includesIn = (text: string) => configIncludes(valueOfResult(parseToml(".cargo/config.toml", text)));
  expect(includesIn(text)).toEqual([
    { file: "b.toml", path: "../b.toml", at: ["include", 1] },
    { file: ".cargo/a.toml", path: "a.toml", at: ["include", 0] },
  ]);
  expect(includesIn("include = [1]\n")).toEqual([]);
});

const malformed: readonly (readonly [readonly string[], string])[] = [
  [
    ["[build]\njobs = true\n"],
    "`build.jobs` must be an integer, found a boolean\n  --> .cargo/config.toml:2:8\njobs = true\n       ^^^^ expected an integer",
  ],
  [
    ["", '[build]\nrustflags = ["a", 1]\n'],
    '`build.rustflags[1]` must be a string, found an integer\n  --> ../.cargo/config.toml:2:19\nrustflags = ["a", 1]\n                  ^ expected a string',
  ],
  [
    ['[build]\nrustflags = "a"\n', '[build]\nrustflags = ["b"]\n'],
    '`build.rustflags` cannot be merged: a single value here, an array in `../.cargo/config.toml`\n  --> .cargo/config.toml:2:13\nrustflags = "a"\n            ^^^',
  ],
  [
    ["[env]\nA = { force = 1 }\n"],
    "`env.A.value` is missing\n  --> .cargo/config.toml:2:5\nA = { force = 1 }\n    ^^^^^^^^^^^^^ `value` is missing here",
  ],
];

test.each(malformed)("%j is malformed", (texts, expected) => {
  const names = [".cargo/config.toml", "../.cargo/config.toml"];
  const files = texts.map((text, index) => ({ file: names[index] ?? "", text }));
  expect(shownError(parseCargoConfig(files))).toBe(`error[config-invalid]: ${expected}`);
});
