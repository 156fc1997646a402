import { publishedCrate } from "../rig/publishedCrate.ts";

/**
 * What is published: `middle` needs `leaf`, whose feature `more` is off; `scripted` has a build script;
 * `derive` is a proc macro; `added` is not used at first.
 */
export const crates = [
  publishedCrate("leaf", "[features]\nmore = []\n", { "src/lib.rs": "pub fn leaf() -> u32 { 1 }\n" }),
  publishedCrate("middle", '[dependencies]\nleaf = "1"\n', {
    "src/lib.rs": "pub fn middle() -> u32 { leaf::leaf() }\n",
  }),
  publishedCrate("scripted", "", {
    "build.rs": 'fn main() { println!("cargo::rerun-if-changed=build.rs"); }\n',
    "src/lib.rs": "pub fn scripted() {}\n",
  }),
  publishedCrate("derive", "[lib]\nproc-macro = true\n", {
    "src/lib.rs":
      "use proc_macro::TokenStream;\n#[proc_macro]\npub fn same(tokens: TokenStream) -> TokenStream { tokens }\n",
  }),
  publishedCrate("added", "", { "src/lib.rs": "pub fn added() {}\n" }),
];

/** A workspace of a program and a library that it uses, without its lock. */
export const workspace: Readonly<Record<string, string>> = {
  "Cargo.toml": `[workspace]
members = ["app", "helper"]
resolver = "2"

[workspace.package]
version = "0.1.0"
edition = "2021"
`,
  "README.md": "A workspace.\n",
  "app/Cargo.toml": `[package]
name = "app"
version.workspace = true
edition.workspace = true

[dependencies]
helper = { path = "../helper" }
middle = "1"
scripted = "1"
derive = "1"
`,
  "app/src/main.rs": `fn main() {
    scripted::scripted();
    println!("{}", derive::same!(helper::help()));
}

#[test]
fn helps() {
    assert_eq!(helper::help(), 1);
}
`,
  "helper/Cargo.toml": `[package]
name = "helper"
version = "0.1.0"
edition = "2021"

[dependencies]
leaf = "1"
`,
  "helper/src/lib.rs": `pub fn help() -> u32 {
    leaf::leaf()
}
`,
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  const common = { src, pname: "app", env: {} };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const layered = { ...common, cargoArtifacts };
  return {
    packages: { default: crane.buildPackage({ ...layered, doCheck: false }) },
    checks: {
      clippy: crane.cargoClippy(layered),
      fmt: crane.cargoFmt({ src, pname: "app" }),
      test: crane.cargoTest(layered),
    },
  };
});
`,
};
