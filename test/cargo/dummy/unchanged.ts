import type { Edit } from "./edit.ts";

/** Edits that cannot affect how dependencies are built. */
export const unchanged: readonly Edit[] = [
  { what: "code", of: "simple-bin", files: { "src/main.rs": "fn main() { todo!() }\n" } },
  { what: "a new module", of: "simple-bin", files: { "src/more.rs": "\n" } },
  { what: "the README", of: "simple-bin", files: { "README.md": "# greetings\n" } },
  { what: "no README", of: "simple-bin", files: { "README.md": null } },
  { what: "a comment", of: "simple-bin", files: { "Cargo.toml": ["# for messages", "# for shouting"] } },
  {
    what: "a comment in the lock",
    of: "simple-bin",
    files: { "Cargo.lock": ["# It is not", "# Mine.\n# It is not"] },
  },
  { what: "line ends", of: "simple-bin", files: { "Cargo.toml": ['"hello"\n', '"hello"\r\n'] } },
  { what: "formatting", of: "simple-bin", files: { "Cargo.toml": ["{ version", "{version"] } },
  {
    what: "a long form",
    of: "simple-bin",
    files: { "Cargo.toml": ['cfg-if = "1"', 'cfg-if.version = "1"'] },
  },
  { what: "the authors", of: "simple-bin", files: { "Cargo.toml": ["A <a@example.org>", "B"] } },
  { what: "the description", of: "simple-bin", files: { "Cargo.toml": ["Says hello", "Greets"] } },
  { what: "the license", of: "simple-bin", files: { "Cargo.toml": ["MIT", "Apache-2.0"] } },
  { what: "lints", of: "simple-bin", files: { "Cargo.toml": ["forbid", "deny"] } },
  {
    what: "metadata",
    of: "simple-bin",
    files: { "Cargo.toml": ["[lints.", "[package.metadata.deb]\nx = 1\n[lints."] },
  },
  {
    what: "`main.rs` in a directory of its own",
    of: "simple-bin",
    files: { "src/main.rs": null, "src/bin/hello.rs": "" },
  },
  {
    what: "a target written down",
    of: "simple-bin",
    files: { "Cargo.toml": ["[lints.", '[[bin]]\nname = "hello"\npath = "src/main.rs"\n[lints.'] },
  },
  {
    what: "the version",
    of: "simple-bin",
    files: { "Cargo.toml": ["1.2.3", "1.3.0-rc.1"], "Cargo.lock": ['"1.2.3"', '"1.3.0-rc.1"'] },
  },
  {
    what: "the version, with the lock left behind",
    of: "simple-bin",
    files: { "Cargo.toml": ["1.2.3", "2.0.0"] },
  },
  { what: "no version", of: "simple-bin", files: { "Cargo.toml": ['version = "1.2.3"\n', ""] } },
  {
    what: "`workspace.package.version` and what members require",
    of: "workspace-inheritance",
    files: {
      "Cargo.toml": [
        'version = "2.0.0"\nedition = "2021"\nlicense = "MIT"',
        'version = "3.0.0"\nedition = "2021"\nlicense = "0BSD"',
      ],
      "Cargo.lock": ['name = "app"\nversion = "2.0.0"', 'name = "app"\nversion = "3.0.0"'],
    },
  },
  {
    what: "what a member requires",
    of: "workspace-inheritance",
    files: { "Cargo.toml": ['base", version = "2.0.0"', 'base", version = "2"'] },
  },
  {
    what: "lints of the workspace",
    of: "workspace-inheritance",
    files: { "Cargo.toml": ["pedantic", "nursery"] },
  },
  {
    what: "metadata of the workspace",
    of: "workspace-inheritance",
    files: { "Cargo.toml": ["= true", "= false"] },
  },
  {
    what: "a dependency that no member inherits",
    of: "workspace-inheritance",
    files: { "Cargo.toml": ['unused = "9"', 'other = "1"'] },
  },
  {
    what: "the order of members",
    of: "workspace-inheritance",
    files: { "Cargo.toml": ['"crates/*", "app"', '"app", "crates/*"'] },
  },
  { what: "an excluded package", of: "workspace-inheritance", files: { "crates/old/Cargo.toml": "[" } },
  { what: "another test", of: "lib-and-bins", files: { "tests/third.rs": "\n" } },
  { what: "one test less", of: "lib-and-bins", files: { "tests/first.rs": null } },
  { what: "another example", of: "lib-and-bins", files: { "examples/three.rs": "\n" } },
  {
    what: "another benchmark, written down",
    of: "lib-and-bins",
    files: { "Cargo.toml": ["[features]", '[[bench]]\nname = "b"\n[features]'], "benches/b.rs": "" },
  },
  {
    what: "`default-run`",
    of: "lib-and-bins",
    files: { "Cargo.toml": ['default-run = "two-parts"', 'default-run = "extra"'] },
  },
  {
    what: "the order of a feature",
    of: "lib-and-bins",
    files: { "Cargo.toml": ['"fast", "color"', '"color", "fast"'] },
  },
  {
    what: "the build script",
    of: "build-script-links",
    files: { "native/build.rs": "fn main() { panic!() }\n" },
  },
  {
    what: "where the build script lies",
    of: "build-script-links",
    files: { "Cargo.toml": ["native/build.rs", "build.rs"], "build.rs": "" },
  },
  {
    what: "the path of a target",
    of: "explicit-targets",
    files: { "Cargo.toml": ["cli/start.rs", "cli/main.rs"], "cli/main.rs": "" },
  },
  {
    what: "a feature named twice",
    of: "platforms-and-optional",
    files: { "Cargo.toml": ['"rc", "derive", "rc"', '"derive", "rc"'] },
  },
  {
    what: "the profile of a member",
    of: "profiles",
    files: { "Cargo.toml": ["opt-level = 2", "opt-level = 3"] },
  },
  {
    what: "a profile where Cargo ignores it",
    of: "profiles",
    files: { "tool/Cargo.toml": ["debug = true", "debug = false"] },
  },
  {
    what: "`incremental`",
    of: "profiles",
    files: { "Cargo.toml": ["incremental = false", "incremental = true"] },
  },
  {
    what: "the number of jobs",
    of: "configuration",
    files: { ".cargo/config.toml": ["jobs = 2", "jobs = 3"] },
  },
  { what: "credentials", of: "configuration", files: { ".cargo/config.toml": ["secret", "other"] } },
  {
    what: "how old a version must be to be chosen",
    of: "configuration",
    files: {
      ".cargo/config.toml": [
        'token = "secret"\n\n[registry]\n',
        'token = "secret"\nmin-publish-age = "0"\n\n[resolver]\nincompatible-publish-age = "deny"\n\n[registry]\nglobal-min-publish-age = "7 days"\n',
      ],
    },
  },
  { what: "how Cargo connects", of: "configuration", files: { ".cargo/config.toml": ["3128", "3129"] } },
  { what: "a runner", of: "configuration", files: { ".cargo/config.toml": ['"wrapper"', '"strace"'] } },
  {
    what: "configuration that is not read from the root",
    of: "configuration",
    files: { "sub/.cargo/config.toml": "[" },
  },
  {
    what: "a comment in the toolchain file",
    of: "no-std",
    files: { "rust-toolchain.toml": ["the team", "nobody"] },
  },
  { what: "test data", of: "test-data", files: { "tests/data/broken/Cargo.toml": "[[[" } },
];
