import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { filesOfTree, noteFiles, sourceChanges } from "../../../src/engine/why/fileChanges.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { entriesIn, fileEntries, type TreeFile, treeDigest } from "../../../src/store/treeDigest.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const file = (path: string, text: string): TreeFile => ({
  path,
  type: "file",
  digest: digestOf(text),
  executable: false,
});

const many = Array.from({ length: 300 }, (_, at) => file(`src/part${at}.rs`, `${at}`));

/** Each noted after the one before it. */
const sources: readonly (readonly TreeFile[])[] = [
  many,
  many.with(7, file("src/part7.rs", "new")),
  // Paths that end like others.
  [...many.with(7, file("src/part7.rs", "newer")), file("a:src/part7.rs", "1"), file("part8.rs", "1")],
  [...many.with(290, file("src/part290.rs", "new")), file("a:src/part7.rs", "2")],
  many.toSpliced(3, 2),
  // More than are told one by one.
  many.map(({ path }, at) => file(path, `other ${at}`)),
  many.map(({ path }, at) => file(path, at === 0 ? "first" : `other ${at}`)),
  [],
  [file("one", "1")],
];

test("the files of each tree are told as they were, however they were noted", async () => {
  const root = emptyStore();
  const wholes: boolean[] = [];
  for (const [at, files] of sources.entries()) {
    using store = valueOfResult(openStore(root));
    const before = sources[at - 1];
    const trees = { tree: treeDigest(files), before: before && treeDigest(before) };
    await noteFiles(store.records, trees, async () => files);
    wholes.push(typeof store.records.get("tree-files", trees.tree) === "string");
    // The second time nobody is asked.
    await noteFiles(store.records, trees, () => Promise.reject(new Error("asked")));
  }
  expect(wholes).toEqual([true, false, false, false, false, true, false, true, false]);
  using store = valueOfResult(openStore(root));
  for (const files of sources) {
    const told = filesOfTree(store.records, treeDigest(files));
    expect(new Map([...entriesIn(told ?? "")].sort())).toEqual(
      new Map([...entriesIn(fileEntries(files))].sort()),
    );
  }
});

test("what changed is told whatever the order in which a tree was noted", async () => {
  using store = valueOfResult(openStore(emptyStore()));
  const [first = [], , second = []] = sources;
  await noteFiles(store.records, { tree: treeDigest(first), before: undefined }, async () => first);
  await noteFiles(store.records, { tree: treeDigest(second), before: treeDigest(first) }, async () => second);
  const before = filesOfTree(store.records, treeDigest(second)) ?? "";
  expect(sourceChanges(before, fileEntries(first), false)).toEqual([
    ["`a:src/part7.rs` was removed", "`part8.rs` was removed", "`src/part7.rs` changed"],
  ]);
  expect(filesOfTree(store.records, digestOf("other"))).toBe(undefined);
});

function emptyStore(): string {
  const root = mkdtempSync(join(tmpdir(), "gantry-store-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}
