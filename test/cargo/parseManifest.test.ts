import { expect, test } from "vitest";
import { parseManifest } from "../../src/cargo/manifest/parseManifest.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

function parsed(text: string) {
  const { document, raw, file, ...rest } = valueOfResult(parseManifest("Cargo.toml", text));
  expect([file, raw]).toEqual(["Cargo.toml", document.table]);
  return rest;
}

const nothing = { targets: [], dependencies: [], features: {}, patch: {}, replace: [], profiles: {} };

test("a package with everything", () => {
  expect(
    parsed(`
[package]
name = "app"
version = "0.1.0"
edition.workspace = true
rust-version = "1.85"
build = "build/main.rs"
links = "z"
autobins = false
default-run = "app"
authors = ["Somebody"]
[package.metadata.crane]
name = "the-app"
[lib]
crate-type = ["cdylib", "rlib"]
[[bin]]
name = "app"
path = "src/app.rs"
required-features = ["cli"]
[[test]]
name = "all"
harness = false
[dependencies]
serde = "1"
tokio = { version = "1.40", features = ["rt"], default-features = false, optional = true }
old-rand = { package = "rand", version = "0.7" }
shared = { workspace = true, features = ["x"] }
local = { path = "../local" }
remote = { git = "https://h/a", branch = "main" }
mine = { version = "1", registry = "mine" }
[dev-dependencies]
serde = "1"
[build-dependencies]
cc = "1"
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[features]
default = ["cli"]
cli = ["dep:tokio"]
[patch.crates-io]
serde = { path = "../serde" }
[profile.release]
lto = true
[lints]
workspace = true
`),
  ).toEqual({
    package: {
      name: "app",
      version: "0.1.0",
      edition: { workspace: true },
      rustVersion: "1.85",
      build: "build/main.rs",
      links: "z",
      automatic: { bin: false },
      defaultRun: "app",
      metadata: { crane: { name: "the-app" } },
    },
    targets: [
      { kind: "lib", crateTypes: ["cdylib", "rlib"], requiredFeatures: [] },
      { kind: "bin", name: "app", path: "src/app.rs", requiredFeatures: ["cli"] },
      { kind: "test", name: "all", harness: false, requiredFeatures: [] },
    ],
    dependencies: [
      dependency("serde", { version: "1" }),
      dependency("tokio", { version: "1.40", features: ["rt"], defaultFeatures: false, optional: true }),
      dependency("old-rand", { package: "rand", version: "0.7" }),
      dependency("shared", { workspace: true, features: ["x"] }),
      dependency("local", { path: "../local" }),
      dependency("remote", { git: "https://h/a", branch: "main" }),
      dependency("mine", { version: "1", registry: "mine" }),
      dependency("serde", { version: "1", kind: "dev", at: ["dev-dependencies", "serde"] }),
      dependency("cc", { version: "1", kind: "build", at: ["build-dependencies", "cc"] }),
      dependency("libc", {
        version: "0.2",
        platform: "cfg(unix)",
        at: ["target", "cfg(unix)", "dependencies", "libc"],
      }),
    ],
    features: { default: ["cli"], cli: ["dep:tokio"] },
    patch: { "crates-io": [dependency("serde", { path: "../serde", at: ["patch", "crates-io", "serde"] })] },
    replace: [],
    profiles: { release: { lto: true } },
    lints: { workspace: true },
  });
});

function dependency(name: string, other: object) {
  const usual = { package: name, kind: "normal", optional: false, features: [], workspace: false };
  return { name, ...usual, at: ["dependencies", name], ...other };
}

test("a virtual manifest", () => {
  expect(
    parsed(`
[workspace]
members = ["crates/*"]
exclude = ["crates/old"]
default-members = ["crates/app"]
resolver = "3"
[workspace.package]
version = "1.0.0"
[workspace.dependencies]
serde = "1"
[workspace.lints.clippy]
pedantic = "warn"
[workspace.metadata]
x = 1
`),
  ).toEqual({
    ...nothing,
    workspace: {
      members: ["crates/*"],
      exclude: ["crates/old"],
      defaultMembers: ["crates/app"],
      resolver: "3",
      package: { version: "1.0.0" },
      dependencies: [dependency("serde", { version: "1", at: ["workspace", "dependencies", "serde"] })],
      lints: { clippy: { pedantic: "warn" } },
      metadata: { x: 1 },
    },
  });
});

test("spellings of old editions are read", () => {
  const text =
    '[project]\nname = "a"\n[lib]\nproc_macro = true\n[dev_dependencies]\nb = { version = "1", default_features = false }\n';
  expect(parsed(text)).toEqual({
    ...nothing,
    package: { name: "a", automatic: {}, metadata: {} },
    targets: [{ kind: "lib", procMacro: true, requiredFeatures: [] }],
    dependencies: [
      dependency("b", { version: "1", kind: "dev", defaultFeatures: false, at: ["dev-dependencies", "b"] }),
    ],
  });
});

const malformed: readonly (readonly [string, string])[] = [
  [
    '[package]\nversion = "1.0.0"\n',
    "`package.name` is missing\n  --> Cargo.toml:1:2\n[package]\n ^^^^^^^ `name` is missing here",
  ],
  [
    '[package]\nname = "a"\nversion = 1\n',
    "`package.version` must be a string, found an integer\n  --> Cargo.toml:3:11\nversion = 1\n          ^ expected a string",
  ],
  [
    '[package]\nname = "a"\nedition = { worksapce = true }\n',
    "`package.edition` must be a string or `{ workspace = true }`, found a table\n  --> Cargo.toml:3:11\nedition = { worksapce = true }\n          ^^^^^^^^^^^^^^^^^^^^ expected a string or `{ workspace = true }`",
  ],
  [
    '[package]\nname = "a"\n[dependencies]\nserde = 1.0\n',
    "`dependencies.serde` must be a string or a table, found an integer\n  --> Cargo.toml:4:9\nserde = 1.0\n        ^^^ expected a string or a table",
  ],
  [
    '[package]\nname = "a"\n[dependencies]\nserde = { version = "1", features = "derive" }\n',
    '`dependencies.serde.features` must be an array of strings, found a string\n  --> Cargo.toml:4:37\nserde = { version = "1", features = "derive" }\n                                    ^^^^^^^^ expected an array of strings',
  ],
  [
    '[package]\nname = "a"\n[features]\nx = ["y", 1]\n',
    '`features.x[1]` must be a string, found an integer\n  --> Cargo.toml:4:11\nx = ["y", 1]\n          ^ expected a string',
  ],
  [
    '[package]\nname = "a"\n[bin]\nname = "a"\n',
    "`bin` must be an array of tables, found a table\n  --> Cargo.toml:3:2\n[bin]\n ^^^ expected an array of tables",
  ],
  [
    "package = 1\n",
    "`package` must be a table, found an integer\n  --> Cargo.toml:1:11\npackage = 1\n          ^ expected a table",
  ],
  [
    '[dependencies]\nserde = "1"\n',
    "`Cargo.toml` has neither a `[package]` nor a `[workspace]`\n  --> Cargo.toml:1:1\n\n^",
  ],
];

test.each(malformed)("%j is malformed", (text, expected) => {
  expect(shownError(parseManifest("Cargo.toml", text))).toBe(`error[manifest-invalid]: ${expected}`);
});
