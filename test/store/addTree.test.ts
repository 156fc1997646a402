import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { verifyStore } from "../../src/store/care/verify.ts";
import { writeFiles } from "../rig/writeFiles.ts";
import { listing, storeRig } from "./rig.ts";

test("a directory becomes a tree: settled times and modes, links and empty directories kept", async () => {
  await using rig = storeRig();
  await using temp = await rig.store.tempDir("test");
  const directory = `${temp.path}/tree`;
  mkdirSync(`${directory}/empty`, { recursive: true });
  writeFileSync(`${directory}/run`, "#!/bin/sh\n");
  chmodSync(`${directory}/run`, 0o700);
  writeFileSync(`${directory}/secret`, "s");
  chmodSync(`${directory}/secret`, 0o600);
  symlinkSync("run", `${directory}/link`);
  const added = await rig.store.addTree(directory);
  const tree = rig.store.tree(added) ?? "";
  expect(readdirSync(tree).sort()).toEqual(["empty", "link", "run", "secret"]);
  expect(listing(tree)).toEqual({ run: "755 1 #!/bin/sh\n", secret: "644 1 s" });
  expect(existsSync(directory)).toBe(false);
  expect(statSync(`${tree}/empty`).mtimeMs).toBe(1000);
});

test("pipes and sockets are in no tree, and a directory that had nothing else is empty", async () => {
  await using rig = storeRig();
  await using temp = await rig.store.tempDir("test");
  const directory = `${temp.path}/tree`;
  mkdirSync(`${directory}/run`, { recursive: true });
  execFileSync("mkfifo", [`${directory}/run/pipe`]);
  const tree = rig.store.tree(await rig.store.addTree(directory)) ?? "";
  expect(readdirSync(tree, { recursive: true })).toEqual(["run"]);
  expect(statSync(`${tree}/run`).mtimeMs).toBe(1000);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({ trees: 1, damagedTrees: [] });
});

test("files may have any name, also one that looks like the store's own, and the longest that there is", async () => {
  await using rig = storeRig();
  const names = ["lib.rs", "lib.rs.gantry-link", "x".repeat(255)];
  const files = Object.fromEntries(names.map((name) => [name, "same"]));
  const tree = rig.store.tree(await rig.add(files)) ?? "";
  expect(readdirSync(tree).sort()).toEqual(names);
  expect(readdirSync(`${rig.root}/tmp`)).toEqual([]);
});

test("equal files of all trees are one file", async () => {
  await using rig = storeRig();
  const first = await rig.add({ a: "same", b: "same" });
  const second = await rig.add({ c: "same", d: "other" });
  const inode = (path: string) => statSync(`${rig.root}/trees/${path}`).ino;
  expect(new Set([inode(`${first}/a`), inode(`${first}/b`), inode(`${second}/c`)]).size).toBe(1);
  expect(statSync(`${rig.root}/trees/${first}/a`).nlink).toBe(4);
});

test("a tree that is there is added again by removing the directory", async () => {
  await using rig = storeRig();
  await using temp = await rig.store.tempDir("test");
  const first = await rig.add({ a: "1" });
  const before = statSync(`${rig.root}/trees/${first}/a`);
  mkdirSync(`${temp.path}/tree`);
  writeFiles(`${temp.path}/tree`, { a: "1" });
  expect(await rig.store.addTree(`${temp.path}/tree`)).toBe(first);
  expect(existsSync(`${temp.path}/tree`)).toBe(false);
  expect(statSync(`${rig.root}/trees/${first}/a`)).toEqual(before);
});

test("a tree that is not there is none, and where it is needed an error", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  expect(rig.store.pathOf(tree)).toBe(`${rig.root}/trees/${tree}`);
  const gone = digestOf("gone");
  expect(rig.store.tree(gone)).toBeUndefined();
  expect(() => rig.store.pathOf(gone)).toThrow(`there is no \`${rig.root}/trees/${gone}\` any more`);
});
