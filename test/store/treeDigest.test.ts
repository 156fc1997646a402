import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import {
  entriesIn,
  entriesThatDiffer,
  fileEntries,
  type TreeFile,
  treeDigest,
} from "../../src/store/treeDigest.ts";
import { anyTree } from "./anyTree.ts";

const anyFiles = anyTree.map(({ files }) => [...files]);

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

test("the text of a tree's files tells each of them, whatever they are called", () => {
  const files: TreeFile[] = [
    file("a:b", "x"),
    file("a%3Ab", "x", true),
    { path: "a/x y", type: "symlink", target: "../c://d%2F:e" },
    { path: "a/x z", type: "symlink", target: "../c://d/:e" },
    { path: "-> e", type: "directory" },
  ];
  expect([...entriesIn(fileEntries(files))]).toEqual([
    ["a:b", digestOf("x")],
    ["a%3Ab", `${digestOf("x")} executable`],
    ["a/x y", "-> ..%2Fc%3A%2F%2Fd%252F%3Ae"],
    ["a/x z", "-> ..%2Fc%3A%2F%2Fd%2F%3Ae"],
    ["-> e", "directory"],
  ]);
  expect(entriesIn("").size).toBe(0);
});

test("what differs between two trees is among the entries that are not the same at both ends", () => {
  const two = anyTree.chain(({ files }) =>
    fc.record({
      before: fc.subarray([...files]),
      now: fc.subarray([...files]),
      edited: fc.array(fc.nat(50), { maxLength: 3 }),
    }),
  );
  const isEdited = new Set<string>();
  fc.assert(
    fc.property(
      fc.oneof(two, fc.record({ before: anyFiles, now: anyFiles, edited: fc.constant<number[]>([]) })),
      (trees) => {
        const now = trees.now.map((each, place) =>
          trees.edited.includes(place) ? file(each.path, `${place}`) : each,
        );
        const texts = [fileEntries(trees.before), fileEntries(now)] as const;
        const differing = entriesThatDiffer(...texts);
        const [was, is] = texts.map(entriesIn);
        for (const path of [...(was?.keys() ?? []), ...(is?.keys() ?? [])]) {
          if (was?.get(path) === is?.get(path)) continue;
          isEdited.add(path);
          expect([path, differing.before.get(path)]).toEqual([path, was?.get(path)]);
          expect([path, differing.now.get(path)]).toEqual([path, is?.get(path)]);
        }
      },
    ),
  );
  expect(isEdited.size).toBeGreaterThan(0);
});

test("of ten thousand files of which one was changed, hardly more than that one is looked at", () => {
  const before = Array.from({ length: 10_000 }, (_, at) => file(`src/area${at % 100}/part${at}.rs`, `${at}`));
  for (const place of [0, 1, 5000, 9998, 9999]) {
    const now = before.with(place, file(before[place]?.path ?? "", "new"));
    const differing = entriesThatDiffer(fileEntries(before), fileEntries(now));
    for (const entries of [differing.before, differing.now]) {
      expect(entries.has(before[place]?.path ?? "")).toBe(true);
      expect(entries.size).toBeLessThanOrEqual(2);
    }
  }
  const same = entriesThatDiffer(fileEntries(before), fileEntries([...before]));
  expect(same.before.size + same.now.size).toBeLessThanOrEqual(2);
});
