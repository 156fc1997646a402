import { expect, test } from "vitest";
import { mentionsIn } from "../../src/project/mentionsIn.ts";

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

test("every literal of a build script counts, also behind `rerun-if-changed=`", () => {
  const text = `fn main() {
    println!("cargo:rerun-if-changed=docs/a.txt");
    println!("cargo::rerun-if-changed=LICENSE");
    std::fs::read("README.md").unwrap();
    panic!("no such luck");
  }`;
  expect(mentionsIn("crates/a/build.rs", text)).toEqual(["docs/a.txt", "LICENSE", "README.md"]);
});
