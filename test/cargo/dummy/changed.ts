import type { Edit } from "./edit.ts";

/** Edits after which dependencies, or the units of them that are needed, may differ. */
export const changed: readonly Edit[] = [
  {
    what: "a dependency",
    of: "simple-bin",
    files: { "Cargo.toml": ['cfg-if = "1"', 'cfg-if = "1"\nlibc = "0.2"'] },
  },
  {
    what: "a feature of a dependency",
    of: "simple-bin",
    files: { "Cargo.toml": ['["std"]', '["std", "kv"]'] },
  },
  { what: "a locked version", of: "simple-bin", files: { "Cargo.lock": ['"1.0.', '"1.1.'] } },
  { what: "the name", of: "simple-bin", files: { "Cargo.toml": ['"hello"', '"howdy"'] } },
  { what: "the edition", of: "simple-bin", files: { "Cargo.toml": ["2021", "2024"] } },
  { what: "`rust-version`", of: "simple-bin", files: { "Cargo.toml": ["1.70", "1.80"] } },
  { what: "a library", of: "simple-bin", files: { "src/lib.rs": "" } },
  { what: "another binary", of: "simple-bin", files: { "src/bin/b.rs": "" } },
  { what: "the first test", of: "simple-bin", files: { "tests/first.rs": "" } },
  { what: "the first example", of: "simple-bin", files: { "examples/first.rs": "" } },
  { what: "the first build script", of: "simple-bin", files: { "build.rs": "" } },
  {
    what: "a profile",
    of: "simple-bin",
    files: { "Cargo.toml": ["[lints.", "[profile.dev]\nopt-level = 1\n[lints."] },
  },
  {
    what: "flags of the compiler",
    of: "simple-bin",
    files: { ".cargo/config.toml": '[build]\nrustflags = ["-g"]\n' },
  },
  {
    what: "default features",
    of: "lib-and-bins",
    files: { "Cargo.toml": ['["fast", "color"]', '["color"]'] },
  },
  {
    what: "a test of another kind",
    of: "lib-and-bins",
    files: { "Cargo.toml": ["[features]", '[[test]]\nname = "first"\nharness = false\n[features]'] },
  },
  {
    what: "a member",
    of: "workspace-inheritance",
    files: { "crates/new/Cargo.toml": '[package]\nname = "new"\n', "crates/new/src/lib.rs": "" },
  },
  {
    what: "a dependency that is inherited",
    of: "workspace-inheritance",
    files: { "Cargo.toml": ['log = "0.4"', 'log = "0.4.20"'] },
  },
  {
    what: "the resolver",
    of: "workspace-inheritance",
    files: { "Cargo.toml": ['resolver = "2"', 'resolver = "1"'] },
  },
  {
    what: "the crate type",
    of: "explicit-targets",
    files: { "Cargo.toml": ['["cdylib", "rlib"]', '["rlib"]'] },
  },
  {
    what: "the platform of a dependency",
    of: "platforms-and-optional",
    files: { "Cargo.toml": ["cfg(unix)", "cfg(linux)"] },
  },
  {
    what: "the profile of a dependency",
    of: "profiles",
    files: { "Cargo.toml": ["debug = 0", "debug = 1"] },
  },
  {
    what: "the version of a patch",
    of: "patch",
    files: { "third-party/unicode-ident/Cargo.toml": ["1.0.99", "1.0.100"] },
  },
  {
    what: "the description of a patch, which its code may read",
    of: "patch",
    files: { "third-party/unicode-ident/Cargo.toml": ["shorter", "longer"] },
  },
  { what: "the environment", of: "configuration", files: { ".cargo/config.toml": ["hello", "good-bye"] } },
  {
    what: "a registry",
    of: "configuration",
    files: { ".cargo/config.toml": ["example.org/index", "example.org/crates"] },
  },
];
