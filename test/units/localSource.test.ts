import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import type { TreeFile } from "../../src/store/treeDigest.ts";
import { localSource, type Read } from "../../src/units/key/localSource.ts";
import { packageDirectories } from "../../src/units/openTarget.ts";

const files: Readonly<Record<string, string>> = {
  "Cargo.toml": '[workspace]\nmembers = ["a", "a/inner"]\n',
  "Cargo.lock": "version = 4\n",
  "clippy.toml": "",
  "common.txt": "common",
  "shared/real.txt": "real",
  "a/Cargo.toml": '[package]\nname = "a"\n',
  "a/src/lib.rs": "mod part;",
  "a/src/part.rs": "",
  "a/data.txt": "data",
  "a/linked.txt": "link:../shared/real.txt",
  "a/out.txt": "link:/usr/share/one",
  "a/inner/Cargo.toml": '[package]\nname = "inner"\n',
  "a/inner/src/lib.rs": "",
  "a/inner/data.txt": "inner",
  "b/Cargo.toml": '[package]\nname = "b"\n',
  "b/src/main.rs": "fn main() {}",
  "b/template/Cargo.toml": "template",
  "b/deep": "link:../shared",
};

const reads: readonly Read[] = [
  "file:a/src/lib.rs",
  "file:a/src/part/mod.rs",
  "file:a/src/../data.txt",
  "file:a/linked.txt",
  "file:b/deep/real.txt",
  "tree:a/inner",
  "tree:a/linked.txt",
  "tree:b/deep",
  "tree:b",
  "file:Cargo.lock",
  "open:a/data.txt",
  "open:a/linked.txt",
  "open:a/out.txt",
  "list:a",
  "list:b/deep",
  "look:a/data.txt",
  "look:a/linked.txt",
  "look:a/src/part",
  "look:none",
  "link:a/linked.txt",
  "link:a/src",
  "names:a",
  "names:b",
  "source:why",
];

const other = { contentAt: () => undefined, variables: {} };

/** Which of `reads` an edit changes. */
function changed(edit: Readonly<Record<string, string | undefined>>): Read[] {
  const [before, after] = [digests(files), digests({ ...files, ...edit })];
  return reads.filter((read) => before(read) !== after(read));
}

function digests(
  contents: Readonly<Record<string, string | undefined>>,
  workspace = "",
): (read: Read) => string | undefined {
  const tree = Object.entries(contents).flatMap(([path, text]): TreeFile[] => {
    if (text === undefined) return [];
    if (text.startsWith("link:")) return [{ path, type: "symlink", target: text.slice("link:".length) }];
    const executable = text.startsWith("run:");
    return [{ path, type: "file", digest: digestOf(text.replace(/^run:/, "")), executable }];
  });
  const textOf = (path: string) => contents[path] ?? "";
  const packages = packageDirectories(workspace === "" ? ["b"] : ["shared"], {
    files: tree,
    textOf,
    workspace,
  });
  const sizeOf = (path: string) => textOf(path).length;
  return localSource({ ...other, files: tree, textOf, sizeOf, workspace }, packages).digestOf;
}

test.each<[string, Record<string, string | undefined>, string[]]>([
  ["nothing", {}, []],
  ["a source file", { "a/src/lib.rs": "mod other;" }, ["file:a/src/lib.rs"]],
  ["the mode of a source file", { "a/src/lib.rs": "run:mod part;" }, []],
  ["the mode of data", { "a/data.txt": "run:data" }, ["open:a/data.txt", "look:a/data.txt"]],
  ["the mode of a file within a directory", { "a/inner/src/lib.rs": "run:" }, ["tree:a/inner"]],
  ["a file of a package within", { "a/inner/src/lib.rs": "// new" }, ["tree:a/inner"]],
  ["data of the same size", { "a/data.txt": "atad" }, ["file:a/src/../data.txt", "open:a/data.txt"]],
  [
    "data of another size",
    { "a/data.txt": "new data" },
    ["file:a/src/../data.txt", "open:a/data.txt", "look:a/data.txt"],
  ],
  ["a new file", { "a/new.txt": "" }, ["list:a", "names:a"]],
  ["a new directory", { "a/src/part/x": "" }, ["look:a/src/part", "names:a"]],
  ["what was looked for", { none: "" }, ["look:none"]],
  ["a directory that was looked for", { "none/x": "" }, ["look:none"]],
  [
    "the file behind links",
    { "shared/real.txt": "new" },
    [
      ...["file:a/linked.txt", "file:b/deep/real.txt", "tree:a/linked.txt", "tree:b/deep", "tree:b"],
      ...["open:a/linked.txt", "look:a/linked.txt"],
    ],
  ],
  [
    "where a link leads",
    { "a/linked.txt": "link:../common.txt" },
    ["file:a/linked.txt", "tree:a/linked.txt", "open:a/linked.txt", "look:a/linked.txt", "link:a/linked.txt"],
  ],
  ["where a link leads outside", { "a/out.txt": "link:/usr/share/two" }, ["open:a/out.txt"]],
  ["a file beside what a link leads to", { "shared/more": "" }, ["tree:b/deep", "tree:b", "list:b/deep"]],
  [
    "a file instead of a link",
    { "a/linked.txt": "real" },
    [...["list:a", "look:a/linked.txt", "link:a/linked.txt"]],
  ],
  [
    "a module at its other place",
    { "a/src/part/mod.rs": "" },
    [...["file:a/src/part/mod.rs", "look:a/src/part", "names:a"]],
  ],
  ["a file that is gone", { "a/src/part.rs": undefined }, ["names:a"]],
  ["the lock", { "Cargo.lock": "" }, ["file:Cargo.lock"]],
])("%s: changes what reads it", (name, edit, expected) => {
  expect(changed(edit)).toEqual([...expected, ...(name === "nothing" ? [] : ["source:why"])]);
});

test.each<[string, Record<string, string>, string[]]>([
  ["with another value", { GREETING: "bye", NAME: "me" }, ["env:GREETING"]],
  ["that is new", { GREETING: "hi", NAME: "me", MORE: "" }, ["env:MORE", "variables:"]],
  ["that is gone", { GREETING: "hi" }, ["env:NAME", "variables:"]],
])("a variable %s: changes what reads it", (_, variables, expected) => {
  const digestsWith = (given: Record<string, string>) =>
    localSource({ ...none, variables: given }, new Set([""])).digestOf;
  const [before, after] = [digestsWith({ GREETING: "hi", NAME: "me" }), digestsWith(variables)];
  const asked: Read[] = ["env:GREETING", "env:MORE", "env:NAME", "variables:"];
  expect(asked.filter((read) => before(read) !== after(read))).toEqual(expected);
});

const none = { files: [], textOf: () => "", sizeOf: () => 0, contentAt: () => undefined };

test("links that lead round in a circle end", () => {
  const round = { "a/Cargo.toml": "", "a/up": "link:..", "a/self": "link:self" };
  expect(digests(round)("tree:a")).toBeDefined();
  expect(digests(round)("file:a/self")).toBeUndefined();
});
