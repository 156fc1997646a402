import { readdirSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { byCodeUnit, digestOf } from "../../src/base/digest.ts";
import { systemError } from "../../src/base/systemError.ts";
import { verifyStore } from "../../src/store/care/verify.ts";
import { readTree } from "../../src/store/readTree.ts";
import { type TreeFile, treeDigest } from "../../src/store/treeDigest.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { anyTree } from "./anyTree.ts";
import { listing, storeRig } from "./rig.ts";

const byPath = (files: readonly TreeFile[]) => [...files].sort((a, b) => byCodeUnit(a.path, b.path));

test("what is composed and read again is what was described, under the name of the description", async () => {
  await using rig = storeRig();
  await fc.assert(
    fc.asyncProperty(anyTree, async ({ files, texts }) => {
      const textOf = (file: TreeFile) =>
        Buffer.from(file.type === "file" ? (texts.get(file.digest) ?? "") : "");
      const made = valueOfResult(await rig.store.compose(files, textOf));
      expect(made).toBe(treeDigest(files));
      expect(byPath(readTree(rig.store.tree(made) ?? ""))).toEqual(byPath(files));
    }),
    { numRuns: 60 },
  );
});

test("files have the constant time and one of two modes", async () => {
  await using rig = storeRig();
  const files: TreeFile[] = [
    { path: "bin/app", type: "file", digest: digestOf("a"), executable: true },
    { path: "README", type: "file", digest: digestOf("b"), executable: false },
  ];
  const made = await rig.store.compose(files, (file) => Buffer.from(file.path === "README" ? "b" : "a"));
  expect(made.ok && listing(rig.store.tree(made.value) ?? "")).toEqual({
    "bin/app": "755 1 a",
    README: "644 1 b",
  });
});

test("contents that the store has are not asked for", async () => {
  await using rig = storeRig();
  await rig.add({ "old/name": "text" });
  const file: TreeFile = { path: "new", type: "file", digest: digestOf("text"), executable: false };
  const made = await rig.store.compose([file], () => {
    throw new Error("asked");
  });
  expect(made.ok).toBe(true);
});

test("equal files of a source are no links to one file, which `cp` would refuse to copy onto itself", async () => {
  await using rig = storeRig();
  const equal = (path: string, executable = false): TreeFile => ({
    path,
    type: "file",
    digest: digestOf("text"),
    executable,
  });
  const files = [equal("a"), equal("b"), equal("c", true), equal("d/e")];
  for (const more of [[], [equal("known")]]) {
    const made = valueOfResult(await rig.store.composeSource([...files, ...more], () => Buffer.from("text")));
    const tree = rig.store.pathOf(made);
    const inodes = files.map(({ path }) => statSync(join(tree, path)).ino);
    expect(new Set(inodes).size).toBe(files.length);
    expect(listing(tree)).toMatchObject({
      a: "644 1 text",
      b: "644 1 text",
      c: "755 1 text",
      "d/e": "644 1 text",
    });
  }
  const shared = rig.store.pathOf(valueOfResult(await rig.store.compose([equal("a"), equal("z")], () => "")));
  expect(statSync(join(shared, "a")).ino).toBe(statSync(join(shared, "z")).ino);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({ damagedTrees: [] });
});

test("a file that is saved while it is copied, or read anew, or is gone or a directory by then, leaves nothing in the store", async () => {
  await using rig = storeRig();
  await using temp = await rig.store.tempDir("test");
  const path = join(temp.path, "main.rs");
  writeFileSync(path, "after");
  const file: TreeFile = { path: "src/main.rs", type: "file", digest: digestOf("before"), executable: false };
  for (const origin of [path, Buffer.from("after"), join(temp.path, "gone"), temp.path]) {
    expect(await rig.store.compose([file], () => origin)).toMatchObject({
      ok: false,
      error: { code: "source-changed", message: "`src/main.rs` changed while it was being read" },
    });
  }
  expect(readdirSync(`${rig.root}/trees`)).toEqual([]);
  expect(readdirSync(`${rig.root}/blobs`)).toEqual([]);
});

test("a tree that the store lost while it was in use is told as a fault of the store, and not of Gantry", async () => {
  await using rig = storeRig();
  const { store } = rig;
  const digest = valueOfResult(await store.compose([], () => ""));
  const path = store.pathOf(digest);
  rmdirSync(path);
  let thrown: unknown;
  try {
    store.pathOf(digest);
  } catch (error) {
    thrown = error;
  }
  expect(systemError(thrown, "building")).toMatchObject({
    code: "tree-lost",
    message: `building failed: the store lost what was in use: \`${path}\``,
  });
});
