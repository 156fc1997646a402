import { expect, test } from "vitest";
import { mentionsIn } from "../../src/project/scan/mentions.ts";

test.each([
  ['include_str!("../README.md")', ["../README.md"]],
  ['#![doc = include_str!("../README.md")]', ["../README.md"]],
  ['#[cfg_attr(doc, doc = include_str!("a.txt"))]', ["a.txt"]],
  ['include_bytes!(r"a.bin")', ["a.bin"]],
  ['include! { r#"gen.in"# }', ["gen.in"]],
  ['include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))', ["README.md"]],
  [
    'include_str!(\n    concat!(\n        env!("CARGO_MANIFEST_DIR"),\n        "/docs/a.txt"\n    )\n)',
    ["docs/a.txt"],
  ],
  ['include_str!(concat!(env!("OUT_DIR"), "/x.rs"))', []],
  ['include_dir!("$CARGO_MANIFEST_DIR/docs")', ["docs"]],
  ['#[path = "../doc/mod.in"] mod x;', ["../doc/mod.in"]],
  ['#[folder = "docs/"]', ["docs/"]],
  ['doctest!("../README.md");', ["../README.md"]],
  ['println!("hello {}", "README.md")', []],
  ['println!("see the file README.md")', []],
  ['let x = "README.md";', []],
])("%s names %j", (text, expected) => expect(mentionsIn("src/lib.rs", text)).toEqual(expected));

test.each<[string, string, string, string[]]>([
  [
    "by what it tells Cargo",
    "bs.rs",
    'println!("cargo:a=b"); let x = "README.md";',
    ["cargo:a=b", "README.md"],
  ],
  ["by what it asks for", "bs.rs", 'env::var_os("OUT_DIR"); let x = "README.md";', ["OUT_DIR", "README.md"]],
  ["by where its module lies", "a/build/helper.rs", 'let x = "README.md";', ["README.md"]],
  ["not by using its output", "src/lib.rs", 'include!(concat!(env!("OUT_DIR"), "/x.rs")); "README.md"', []],
  ["not by half a name", "src/rebuild.rs", 'let x = "README.md";', []],
])("a build script is told %s", (_, path, text, expected) =>
  expect(mentionsIn(path, text)).toEqual(expected),
);

test("every literal of a build script counts, also behind `rerun-if-changed=`", () => {
  const text = `fn main() {
    println!("cargo:rerun-if-changed=docs/a.txt");
    println!("cargo::rerun-if-changed=LICENSE");
    std::fs::read("README.md").unwrap();
    panic!("no such luck");
  }`;
  expect(mentionsIn("crates/a/build.rs", text)).toEqual(["docs/a.txt", "LICENSE", "README.md"]);
});
