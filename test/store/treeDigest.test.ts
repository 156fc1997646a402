import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { type TreeFile, treeDigest } from "../../src/store/treeDigest.ts";
import { anyTree } from "./anyTree.ts";

const file = (path: string, text: string, executable = false): TreeFile => ({
  path,
  type: "file",
  digest: digestOf(text),
  executable,
});

test("a tree has the same name whatever the order of its files", () => {
  fc.assert(
    fc.property(
      anyTree.chain(({ files }) =>
        fc.tuple(fc.constant(files), fc.shuffledSubarray([...files], { minLength: files.length })),
      ),
      ([files, shuffled]) => treeDigest(files) === treeDigest(shuffled),
    ),
  );
});

test("a directory is named by what it holds, names sorted, and a directory in it by its own name", () => {
  const tree: TreeFile[] = [
    file("bin/app", "a", true),
    file("README", "b"),
    { path: "lib/current", type: "symlink", target: "1.0" },
    { path: "share/empty", type: "directory" },
  ];
  const lib = digestOf('{"current":{"symlink":"1.0"}}');
  const bin = digestOf(`{"app":{"executable":"${digestOf("a")}"}}`);
  const share = digestOf(`{"empty":{"directory":"${digestOf("{}")}"}}`);
  const readme = `"README":{"file":"${digestOf("b")}"}`;
  expect(treeDigest(tree)).toBe(
    digestOf(
      `{${readme},"bin":{"directory":"${bin}"},"lib":{"directory":"${lib}"},"share":{"directory":"${share}"}}`,
    ),
  );
});

test("all that is in a tree is in its name", () => {
  const trees: TreeFile[][] = [
    [],
    [file("a", "x")],
    [file("a", "y")],
    [file("b", "x")],
    [file("a", "x", true)],
    [file("a/b", "x")],
    [{ path: "a", type: "symlink", target: "x" }],
    [{ path: "a", type: "symlink", target: digestOf("x") }],
    [{ path: "a", type: "directory" }],
    [file("a", "x"), { path: "b", type: "directory" }],
    [file("__proto__", "x")],
    [file("__proto__", "y")],
    [file("__proto__/a", "x")],
    [file("constructor", "x")],
  ];
  expect(new Set(trees.map(treeDigest)).size).toBe(trees.length);
});
