import { expect, test } from "vitest";
import { resolveInheritance } from "../../src/cargo/manifest/inheritance.ts";
import { parseManifest } from "../../src/cargo/manifest/parseManifest.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

const root = valueOfResult(
  parseManifest(
    "Cargo.toml",
    `
[workspace]
[workspace.package]
version = "1.2.3"
edition = "2024"
[workspace.dependencies]
core = { path = "crates/core", features = ["std"], default-features = false }
serde = { version = "1", features = ["derive"] }
[workspace.lints.rust]
unsafe_code = "forbid"
`,
  ),
);

function member(text: string) {
  return valueOfResult(parseManifest("crates/app/Cargo.toml", text));
}

test("a member takes from its workspace what it says it inherits", () => {
  const app = member(`
[package]
name = "app"
version.workspace = true
edition = { workspace = true }
license = "MIT"
[dependencies]
core = { workspace = true, features = ["log", "std"], default-features = true }
[target.'cfg(unix)'.dev-dependencies]
serde = { workspace = true, optional = true, default-features = false }
[lints]
workspace = true
`);
  const resolved = valueOfResult(resolveInheritance(app, root));
  const { package: own, dependencies, lints } = resolved;
  expect({ package: own, dependencies, lints }).toEqual({
    package: { name: "app", version: "1.2.3", edition: "2024", license: "MIT", automatic: {}, metadata: {} },
    dependencies: [
      {
        name: "core",
        package: "core",
        kind: "normal",
        path: "../core",
        optional: false,
        features: ["std", "log"],
        workspace: false,
        at: ["dependencies", "core"],
      },
      {
        name: "serde",
        package: "serde",
        kind: "dev",
        platform: "cfg(unix)",
        version: "1",
        optional: true,
        features: ["derive"],
        workspace: false,
        at: ["target", "cfg(unix)", "dev-dependencies", "serde"],
      },
    ],
    lints: { rust: { unsafe_code: "forbid" } },
  });
});

const missing: readonly (readonly [string, string])[] = [
  [
    '[package]\nname = "app"\nrust-version.workspace = true\n',
    "`workspace.package.rust-version` is not defined in `Cargo.toml`\n  --> crates/app/Cargo.toml:3:1\nrust-version.workspace = true\n^^^^^^^^^^^^ inherited here",
  ],
  [
    '[package]\nname = "app"\n[dependencies]\nrand = { workspace = true }\n',
    "`workspace.dependencies.rand` is not defined in `Cargo.toml`\n  --> crates/app/Cargo.toml:4:8\nrand = { workspace = true }\n       ^^^^^^^^^^^^^^^^^^^^ inherited here",
  ],
];

test.each(missing)("%j asks for what the root does not say", (text, expected) => {
  expect(shownError(resolveInheritance(member(text), root))).toBe(
    `error[workspace-inheritance]: ${expected}`,
  );
});
