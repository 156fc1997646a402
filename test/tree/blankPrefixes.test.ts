import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Blanking, blankPrefixes } from "../../src/tree/blankPrefixes.ts";
import { type TreeEntry, tree } from "../project/tree.ts";

const world: Readonly<Record<string, TreeEntry>> = {
  "leaf/Cargo.toml": "",
  "leaf/src/lib.rs": "",
  "leaf/dä/x y.rs": "",
  "leaf/src/more.rs": "",
  "more/zlib/inflate.c": "",
  "toolchain/bin/rustc": "",
  "toolchain/lib/rustlib/list": "",
};

/** What becomes of a file's text, beside a source that has `own`. */
function blanked(text: string | Buffer, own = "", more: Partial<Blanking> = {}): Buffer {
  using files = tree({ ...world, "source/src/main.rs": own, "out/bin/app": text });
  const at = (path: string) => join(files.path, path);
  blankPrefixes(at("out"), {
    prefixes: ["/build/toolchain/", "/build/vendor/"],
    roots: ["/build/source", "/build/toolchain", "/build/vendor"],
    mounts: [
      { at: "/build/source", directories: [at("source")], isPart: false },
      { at: "/build/toolchain/bin", directories: [at("toolchain/bin")], isPart: false },
      { at: "/build/toolchain/lib", directories: [at("none"), at("toolchain/lib")], isPart: false },
      { at: "/build/vendor/leaf-1.0.0", directories: [at("leaf")], isPart: true },
      { at: "/build/vendor/leaf-1.0.0-rc.1", directories: [at("more")], isPart: true },
      { at: "/build/vendor/host-12345678/sys-1.0.0", directories: [at("more")], isPart: true },
    ],
    own: [at("source")],
    ...more,
  });
  return readFileSync(at("out/bin/app"));
}

test.each([
  ["a crate's file, as a panic names it", "/build/vendor/leaf-1.0.0/src/lib.rs"],
  ["a crate's directory, with the next text behind it", "/build/vendor/leaf-1.0.0explicit panic"],
  ["a crate's directory, as debug information has it", "/build/vendor/leaf-1.0.0\0"],
  ["a file that a crate's code names and does not have", "/build/vendor/leaf-1.0.0/src/grammar.y"],
  ["a crate whose name goes on", "/build/vendor/leaf-1.0.0-rc.1/src"],
  ["a crate of another registry, or from git", "/build/vendor/host-12345678/sys-1.0.0/zlib/inflate.c"],
  ["a longer path, as it is without a sandbox", "/home/me/none/build/vendor/leaf-1.0.0/src/lib.rs"],
  ["two, one behind the other", "/build/vendor/leaf-1.0.0/build/vendor/leaf-1.0.0/src"],
  ["a program of the toolchain", "/build/toolchain/bin/rustc"],
  ["the same, with the next text behind it", "/build/toolchain/bin/rustcerror"],
  ["a directory of the toolchain", "/build/toolchain/lib/rustlib"],
  ["the same, with a slash", "/build/toolchain/lib/rustlib/\0"],
  ["the same in a list", "/build/toolchain/lib:/lib"],
])("%s is blanked", (_, text) => {
  const expected = text.replaceAll("/build/", "/eeeee/");
  expect(blanked(text).toString()).toBe(expected);
  expect(blanked(`a\0${text}`).toString()).toBe(`a\0${expected}`);
});

test.each([
  ["no crate of the lock", "see /build/vendor/x"],
  ["another version", "/build/vendor/leaf-1.1.0/src/lib.rs"],
  ["the directory of all crates", "/build/vendor/\0"],
  ["that of a registry's crates, with another one", "/build/vendor/host-12345678/other-1.0.0"],
  ["a file that the toolchain does not have", "/build/toolchain/bin/clang"],
  ["a name that only begins like one", "/build/toolchain/library/core"],
  ["the source", "/build/source/src/main.rs"],
  ["what is cut off", "/build/toolchain"],
])("%s is left", (_, text) => {
  expect(blanked(text).toString()).toBe(text);
  expect(blanked(`${text}\0`).toString()).toBe(`${text}\0`);
});

test.each([
  [
    "a path",
    "/build/vendor/leaf-1.0.0/src/lib.rs",
    "/build/vendor/leaf-1.0.0/src/lib.rs:1:5 /eeeee/vendor/leaf-1.0.0/src/more.rs /eeeee/vendor/leaf-1.0.0",
  ],
  [
    "a crate's directory",
    'const AT: &str = "/build/vendor/leaf-1.0.0";',
    "/build/vendor/leaf-1.0.0next /build/vendor/leaf-1.0.0/none /eeeee/vendor/leaf-1.0.0/src/lib.rs",
  ],
  [
    "a name that is not ASCII, with a blank in it",
    "/build/vendor/leaf-1.0.0/dä/x y.rs",
    "/build/vendor/leaf-1.0.0/dä/x y.rs /eeeee/vendor/leaf-1.0.0/dä",
  ],
  ["what leads to nothing", "/build/vendor/x", "/build/vendor/x /eeeee/vendor/leaf-1.0.0/x"],
])("what the source has itself is left: %s", (_, own, expected) => {
  expect(blanked(expected.replaceAll("/eeeee/", "/build/"), own).toString()).toBe(expected);
});

test("a prefix that is no input's is blanked wherever it stands", () => {
  const text = "/build/target/release/build/app-1/out/made.rs /build/targets /build/vendor/x";
  const expected = text.replace("/build/target/", "/eeeee/target/");
  expect(blanked(text, text, { prefixes: ["/build/target/", "/build/vendor/"] }).toString()).toBe(expected);
});

test("in a large file, paths are found wherever they begin, and each is judged whole", () => {
  const [path, other] = ["/build/vendor/leaf-1.0.0/src/lib.rs", "/build/vendor/leaf-9.0.0/src/lib.rs"];
  for (const begin of [0, 1, 8, 15, path.length, 8192]) {
    const content = Buffer.alloc(3 * 2 ** 20 + 8192, " ");
    for (const at of [2 ** 20 - begin, 2 ** 21 - begin, content.length - path.length])
      content.write(path, at);
    content.write(other, 2 ** 20 - begin + 2 * path.length);
    const after = blanked(content);
    const expected = content.toString().replaceAll(path, path.replace("/build/", "/eeeee/"));
    expect(after.toString() === expected, `${begin} before`).toBe(true);
  }
});
