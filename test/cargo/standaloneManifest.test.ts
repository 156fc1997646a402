import { expect, test } from "vitest";
import { standaloneManifest } from "../../src/cargo/manifest/inheritance.ts";
import { parseManifest } from "../../src/cargo/manifest/parseManifest.ts";
import { canonicalToml } from "../../src/cargo/toml/toml.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const root = `[workspace]
members = ["a"]

[workspace.package]
version = "1.2.3"
keywords = ["k"]

[workspace.dependencies]
plain = "1"
near = { path = "near", version = "2", default-features = false }
`;

function standing(member: string) {
  const read = (file: string, text: string) => valueOfResult(parseManifest(file, text));
  return standaloneManifest(read("a/Cargo.toml", member), read("Cargo.toml", root));
}

test("what is inherited is written out, and what only roots say is left out", () => {
  const member = `[package]
name = "a"
version.workspace = true
keywords.workspace = true
workspace = ".."

[dependencies]
own = { path = "../own" }
plain = { workspace = true, optional = true, features = ["f"] }

[dev-dependencies]
near = { workspace = true, default-features = true }

[profile.release]
lto = true

[patch.crates-io]
plain = { path = "../plain" }
`;
  expect(canonicalToml(valueOfResult(standing(member)))).toBe(`[dependencies.own]
path = "../own"

[dependencies.plain]
features = [ "f" ]
optional = true
version = "1"

[dev-dependencies.near]
path = "../near"
version = "2"

[package]
keywords = [ "k" ]
name = "a"
version = "1.2.3"
`);
});

test("what the root does not say is an error", () => {
  const failed = standing('[package]\nname = "a"\nedition.workspace = true\n');
  expect(failed).toMatchObject({
    ok: false,
    error: {
      code: "workspace-inheritance",
      message: "`workspace.package.edition` is not defined in `Cargo.toml`",
    },
  });
});
