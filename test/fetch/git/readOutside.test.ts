import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { vendorTrees } from "../../../src/fetch/vendor/vendorTrees.ts";
import { below, type Content, library } from "../../rig/gitRepository.ts";
import { contents, type GitRig, gitRig, locked } from "./gitRig.ts";

const manifest = (name: string, more = "") =>
  `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\n${more}`;

/** The one package `dep` of a repository: where its tree is, and what is in it. */
async function vendored(it: GitRig, files: Readonly<Record<string, Content>>) {
  const repository = it.repository("dep");
  const source = `git+file://${repository.directory}#${repository.commit(files)}`;
  const crates = await vendorTrees([locked("dep", "1.0.0", source)], it.store, {
    workspaceDir: it.workspace,
    env: it.env,
  });
  if (!crates.ok) throw new Error(crates.error.message);
  const [crate] = crates.value;
  if (!crate) throw new Error("nothing is vendored");
  const tree = it.store.pathOf(crate.digest);
  return { tree, files: contents(tree) };
}

/** What a program that prints `dep::SAID` prints, built by plain Cargo. */
function printed(it: GitRig, tree: string): string {
  it.write("workspace/Cargo.toml", `${manifest("app")}[dependencies]\ndep = { path = "${tree}" }\n`);
  it.write("workspace/src/main.rs", 'fn main() { print!("{}", dep::SAID) }\n');
  return execFileSync("cargo", ["run", "--quiet", "--offline"], {
    cwd: it.workspace,
    env: it.env,
    encoding: "utf8",
  });
}

test("a library and a build script that lie outside the package, and what they name there", async () => {
  await using it = gitRig();
  const { tree, files } = await vendored(it, {
    "Cargo.toml": `${manifest("root")}[workspace]\nmembers = ["dep", "other"]\n`,
    "src/lib.rs": "mod more;\npub use more::SAID;\n",
    "src/more.rs": 'pub const SAID: &str = concat!(env!("READ"), include_str!("../NOTES"));\n',
    NOTES: "notes",
    ...below("dep", {
      "Cargo.toml": manifest("dep", 'build = "../build/main.rs"\n[lib]\npath = "../src/lib.rs"\n'),
      "own.txt": "own",
    }),
    "build/main.rs":
      'fn main() { println!("cargo::rustc-env=READ={}", std::fs::read_to_string("own.txt").unwrap()) }\n',
    ...below("other", library("other", "1.0.0")),
    "unread/a.txt": "a",
  });
  expect(Object.keys(files).sort()).toEqual([
    ".repository/NOTES",
    ".repository/build/main.rs",
    ".repository/dep/Cargo.toml",
    ".repository/dep/own.txt",
    ".repository/src/lib.rs",
    ".repository/src/more.rs",
    "Cargo.toml",
    "own.txt",
  ]);
  expect(files["Cargo.toml"]).toBe(
    `[lib]\npath = ".repository/src/lib.rs"\n\n[package]\nbuild = ".repository/build/main.rs"\nedition = "2021"\nname = "dep"\nversion = "1.0.0"\n`,
  );
  expect(printed(it, tree)).toBe("ownnotes");
});

test("files outside that the code names, also through a link and one after the other, and its own beside them", async () => {
  await using it = gitRig();
  const { tree, files } = await vendored(it, {
    "README.md": { link: "docs/README.md" },
    "docs/README.md": "readme,",
    "docs/other.md": "other",
    "shared/code.rs": 'pub const TEXT: &str = include_str!("text.txt");\n',
    "shared/text.txt": "text,",
    ...below("crates/dep", {
      "Cargo.toml": manifest("dep", "[[bin]]\nname = 'tool'\npath = 'src/tool.rs'\n"),
      "src/lib.rs": `#[path = "../../../shared/code.rs"]\nmod code;\nconst OWN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/own.txt"));
pub const README: &str = include_str!("../../../README.md");\npub const SAID: &str = SAIDS[SAIDS.len() - 1];\nconst SAIDS: &[&str] = &[code::TEXT, OWN, README];\n`,
      "src/tool.rs": "fn main() {}\n",
      "own.txt": "own,",
    }),
  });
  expect(Object.keys(files).sort()).toEqual([
    ".repository/README.md",
    ".repository/crates/dep/Cargo.toml",
    ".repository/crates/dep/own.txt",
    ".repository/crates/dep/src/lib.rs",
    ".repository/crates/dep/src/tool.rs",
    ".repository/shared/code.rs",
    ".repository/shared/text.txt",
    "Cargo.toml",
    "own.txt",
    "src/lib.rs",
    "src/tool.rs",
  ]);
  expect(files["Cargo.toml"]).toBe(`[[bin]]
name = "tool"
path = ".repository/crates/dep/src/tool.rs"

[lib]
path = ".repository/crates/dep/src/lib.rs"

[package]
edition = "2021"
name = "dep"
version = "1.0.0"
`);
  expect(printed(it, tree)).toBe("readme,");
});

test("a package that names nothing outside stays as it is", async () => {
  await using it = gitRig();
  const { files } = await vendored(it, {
    "README.md": "readme\n",
    ...below("dep", {
      "Cargo.toml": manifest("dep"),
      "README.md": "own\n",
      "src/lib.rs": '#![doc = include_str!("../README.md")]\nconst _: &str = "../../missing.txt";\n',
    }),
  });
  expect(Object.keys(files).sort()).toEqual(["Cargo.toml", "README.md", "src/lib.rs"]);
});
