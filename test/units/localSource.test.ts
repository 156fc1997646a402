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
  "names:a",
  "names:b",
  "data:a",
  "data:a/inner",
  "data:b",
  "package:a",
  "package:b",
];

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
  return localSource({ files: tree, textOf, workspace, variables: {} }, packages).digestOf;
}

test.each<[string, Record<string, string | undefined>, string[]]>([
  ["nothing", {}, []],
  ["a source file", { "a/src/lib.rs": "mod other;" }, ["file:a/src/lib.rs", "package:a"]],
  ["the mode of a source file", { "a/src/lib.rs": "run:mod part;" }, ["package:a"]],
  ["the mode of data", { "a/data.txt": "run:data" }, ["data:a", "package:a"]],
  ["the mode of a file within a directory", { "a/inner/src/lib.rs": "run:" }, ["tree:a/inner"]],
  ["a file of a package within", { "a/inner/src/lib.rs": "// new" }, ["tree:a/inner"]],
  ["data", { "a/data.txt": "new" }, ["file:a/src/../data.txt", "data:a", "package:a"]],
  ["data of a package within", { "a/inner/data.txt": "new" }, ["tree:a/inner", "data:a/inner"]],
  ["what no member has", { "common.txt": "new" }, ["data:a", "data:a/inner", "data:b"]],
  [
    "the file behind links",
    { "shared/real.txt": "new" },
    [
      ...["file:a/linked.txt", "file:b/deep/real.txt", "tree:a/linked.txt", "tree:b/deep", "tree:b"],
      ...["data:a", "data:a/inner", "data:b", "package:a", "package:b"],
    ],
  ],
  [
    "where a link leads",
    { "a/linked.txt": "link:../common.txt" },
    ["file:a/linked.txt", "tree:a/linked.txt", "data:a", "package:a"],
  ],
  [
    "a module at its other place",
    { "a/src/part/mod.rs": "" },
    ["file:a/src/part/mod.rs", "names:a", "package:a"],
  ],
  ["a file that is gone", { "a/src/part.rs": undefined }, ["names:a", "package:a"]],
  ["a manifest", { "a/Cargo.toml": '[package]\nname = "b"\n' }, []],
  ["the lock", { "Cargo.lock": "" }, ["file:Cargo.lock"]],
  ["a manifest that is no package's", { "b/template/Cargo.toml": "new" }, ["tree:b", "data:b", "package:b"]],
  ["settings of Clippy", { "clippy.toml": "new" }, []],
])("%s: changes what reads it", (_, edit, expected) => {
  expect(changed(edit)).toEqual(expected);
});

test.each<[string, Record<string, string>, string[]]>([
  ["its manifest", { "rust/Cargo.toml": '[workspace]\nmembers = ["app"]\nresolver = "2"\n' }, []],
  ["its lock", { "rust/Cargo.lock": "" }, ["file:rust/Cargo.lock"]],
  ["what lies in it", { "rust/notes.txt": "new" }, ["data:rust/app", "data:shared"]],
  ["what lies beside it", { "notes.txt": "new" }, ["data:rust/app", "data:shared"]],
  ["a manifest beside it", { "Cargo.toml": "new" }, ["data:rust/app", "data:shared"]],
])("of a workspace in a directory, %s: changes what reads it", (_, edit, expected) => {
  const contents = {
    "notes.txt": "",
    "rust/Cargo.toml": '[workspace]\nmembers = ["app"]\n',
    "rust/Cargo.lock": "version = 4\n",
    "rust/notes.txt": "",
    "rust/app/Cargo.toml": '[package]\nname = "app"\n',
    "rust/app/data.txt": "data",
    "shared/Cargo.toml": '[package]\nname = "shared"\n',
  };
  const [before, after] = [digests(contents, "rust"), digests({ ...contents, ...edit }, "rust")];
  const asked: Read[] = ["file:rust/Cargo.lock", "data:rust/app", "data:shared", "package:shared"];
  expect(asked.filter((read) => before(read) !== after(read))).toEqual(expected);
});

test.each<[string, Record<string, string>, string[]]>([
  ["with another value", { GREETING: "bye", NAME: "me" }, ["env:GREETING"]],
  ["that is new", { GREETING: "hi", NAME: "me", MORE: "" }, ["env:MORE", "variables:"]],
  ["that is gone", { GREETING: "hi" }, ["env:NAME", "variables:"]],
])("a variable %s: changes what reads it", (_, variables, expected) => {
  const digestsWith = (given: Record<string, string>) =>
    localSource({ files: [], textOf: () => "", variables: given }, new Set([""])).digestOf;
  const [before, after] = [digestsWith({ GREETING: "hi", NAME: "me" }), digestsWith(variables)];
  const asked: Read[] = ["env:GREETING", "env:MORE", "env:NAME", "variables:"];
  expect(asked.filter((read) => before(read) !== after(read))).toEqual(expected);
});

test("links that lead round in a circle end", () => {
  const round = { "a/Cargo.toml": "", "a/up": "link:..", "a/self": "link:self" };
  expect(digests(round)("tree:a")).toBeDefined();
  expect(digests(round)("file:a/self")).toBeUndefined();
});
