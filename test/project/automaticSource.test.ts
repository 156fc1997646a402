import { expect, test } from "vitest";
import { pathsOf, scan } from "./scan.ts";
import { tree } from "./tree.ts";

test("`automatic` leaves out what no build reads, but for what the code names", () => {
  using project = tree({
    "Cargo.toml": "",
    "README.md": "",
    "CHANGELOG.md": "",
    "docs/guide.txt": "",
    "docs/schema/a.txt": "",
    "docs/schema/b.txt": "",
    "build.rs": 'fn main() { println!("cargo:rerun-if-changed=docs/schema"); }',
    "src/lib.rs": '#![doc = include_str!("../README.md")]',
    "templates/page.html": "",
    "crates/a/Cargo.toml": "",
    "crates/a/README.md": { link: "../../CHANGELOG.md" },
    "crates/a/src/lib.rs": 'include!(concat!(env!("CARGO_MANIFEST_DIR"), "/notes.md"));',
    "crates/a/notes.md": "",
    "crates/b/README.md": "",
    "crates/b/src/x.rs": "",
  });
  expect(pathsOf(project.path, "automatic")).toEqual([
    "Cargo.toml",
    "README.md",
    "build.rs",
    "crates/a/Cargo.toml",
    "crates/a/notes.md",
    "crates/a/src/lib.rs",
    "crates/b/src/x.rs",
    "docs/schema/a.txt",
    "docs/schema/b.txt",
    "src/lib.rs",
    "templates/page.html",
  ]);
});

test("a symlink that the code names brings the file that it points to", () => {
  using project = tree({
    "README.md": "",
    "a/Cargo.toml": "",
    "a/README.md": { link: "../README.md" },
    "a/src/lib.rs": '#![doc = include_str!("../README.md")]',
  });
  expect(pathsOf(project.path, "automatic")).toEqual([
    "README.md",
    "a/Cargo.toml",
    "a/README.md",
    "a/src/lib.rs",
  ]);
});

test("a build script is one by any name, and so are its modules", () => {
  using project = tree({
    "Cargo.toml": '[package]\nname = "a"\nbuild = "bs.rs"\n',
    "CHANGELOG.md": "",
    "NEWS.md": "",
    "README.md": "",
    "bs.rs":
      '#[path = "build/words.rs"] mod words;\nfn main() { println!("cargo:rerun-if-changed=CHANGELOG.md"); }',
    "build/words.rs": 'pub fn words() -> String { std::fs::read_to_string("NEWS.md").unwrap() }',
    "src/lib.rs": 'pub const NAME: &str = "README.md";',
  });
  expect(pathsOf(project.path, "automatic")).toEqual([
    ...["CHANGELOG.md", "Cargo.toml", "NEWS.md", "bs.rs", "build/words.rs", "src/lib.rs"],
  ]);
});

test("without what is named, `automatic` can be taken off another filter", () => {
  using project = tree({ "README.md": "", LICENSE: "", "src/lib.rs": 'include_str!("../README.md")' });
  const scanned = scan(project.path, {
    kind: "difference",
    of: { kind: "everything" },
    without: { kind: "automatic" },
  });
  expect(scanned.map((file) => file.path)).toEqual(["LICENSE", "README.md"]);
});
