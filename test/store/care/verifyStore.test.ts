import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import { verifyStore } from "../../../src/store/care/verify.ts";
import { readTree } from "../../../src/store/readTree.ts";
import { type StoreRig, storeRig } from "../rig.ts";

/** A unit of that tree, as its record says. */
function unitOf({ root }: StoreRig, tree: Digest) {
  return { tree, files: readTree(`${root}/trees/${tree}`) };
}

const look = { repair: false };
const repair = { repair: true };

test("a store is whole", async () => {
  await using rig = storeRig();
  await rig.add({ "bin/app": "1", "lib/a": "22" });
  await rig.add({ "bin/app": "1" });
  await rig.add({});
  expect(await verifyStore(rig.root, look)).toEqual({
    trees: 3,
    blobs: 2,
    bytes: 3,
    damagedTrees: [],
    damagedBlobs: [],
    unsettled: [],
    strays: [],
    stuck: [],
    records: 3,
    damagedRecords: 0,
    isIndexDamaged: false,
    doubtful: 0,
    dangling: 0,
  });
});

test("a pipe that came into a tree damages it, and is not waited for", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  execFileSync("mkfifo", [`${rig.root}/trees/${tree}/pipe`]);
  expect(await verifyStore(rig.root, look)).toMatchObject({ damagedTrees: [{ tree, files: [] }] });
});

test("a pipe among the blobs is damage, is not waited for, and goes", async () => {
  await using rig = storeRig();
  const blob = `${rig.root}/blobs/ab/${"ab".repeat(32)}`;
  mkdirSync(dirname(blob), { recursive: true });
  execFileSync("mkfifo", [blob]);
  expect((await verifyStore(rig.root, { repair: true })).damagedBlobs).toEqual(["ab".repeat(32)]);
  expect((await verifyStore(rig.root, { repair: true })).damagedBlobs).toEqual([]);
});

test("once interrupted it takes nothing for damaged, and removes nothing", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  const signal = AbortSignal.abort(new Error("interrupted"));
  await expect(verifyStore(rig.root, { repair: true, signal })).rejects.toThrow("interrupted");
  expect(rig.store.tree(tree)).toBeDefined();
});

test("a file that was written to damages its blob and every tree that has it", async () => {
  await using rig = storeRig();
  const trees = [await rig.add({ a: "same", b: "other" }), await rig.add({ c: "same" })];
  const whole = await rig.add({ b: "other" });
  writeFileSync(`${rig.root}/trees/${trees[0]}/a`, "overwritten");
  expect(await verifyStore(rig.root, look)).toMatchObject({
    damagedTrees: [
      { tree: trees[0], files: ["a"] },
      { tree: trees[1], files: ["c"] },
    ].sort((a, b) => ((a.tree ?? "") < (b.tree ?? "") ? -1 : 1)),
    damagedBlobs: [digestOf("same")],
  });
  await verifyStore(rig.root, repair);
  expect(readdirSync(`${rig.root}/trees`)).toEqual([whole]);
  expect(await verifyStore(rig.root, look)).toMatchObject({ trees: 1, damagedTrees: [], damagedBlobs: [] });
  expect(await rig.add({ c: "same" })).toBe(trees[1]);
  expect(await verifyStore(rig.root, look)).toMatchObject({ trees: 2, damagedTrees: [], damagedBlobs: [] });
});

test("a file that came, went or changed its mode damages its tree", async () => {
  await using rig = storeRig();
  const damaged = [
    await rig.add({ a: "1", n: "1" }),
    await rig.add({ a: "1", n: "2" }),
    await rig.add({ a: "mode" }),
  ];
  const [came, went, mode] = damaged.map((tree) => `${rig.root}/trees/${tree}`);
  writeFileSync(`${came}/new`, "");
  rmSync(`${went}/a`);
  chmodSync(`${mode}/a`, 0o755);
  const found = await verifyStore(rig.root, look);
  expect(found.damagedTrees.map(({ tree }) => tree)).toEqual([...damaged].sort());
  expect(found.damagedBlobs).toEqual([digestOf("mode")]);
});

test("a tree under another's name is damaged", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  const other = digestOf("something else");
  renameSync(`${rig.root}/trees/${tree}`, `${rig.root}/trees/${other}`);
  expect((await verifyStore(rig.root, look)).damagedTrees).toMatchObject([{ tree: other, files: [] }]);
});

test("with a damaged unit go those that were compiled against it, and results", async () => {
  await using rig = storeRig();
  const [low, high, top, other] = [
    await rig.add({ low: "1" }),
    await rig.add({ high: "2" }),
    await rig.add({ top: "3" }),
    await rig.add({ other: "4" }),
  ];
  const { records } = rig.store;
  const key = (name: string) => digestOf(name);
  records.set("unit", key("low"), { ...unitOf(rig, low), against: {} });
  records.set("unit", key("top"), { ...unitOf(rig, top), against: { high: high } });
  records.set("unit", key("high"), { ...unitOf(rig, high), against: { low: low } });
  records.set("unit", key("other"), { ...unitOf(rig, other), against: {} });
  records.set("result", key("step"), { output: other, seconds: 1 });
  records.set("configuration", "environment", "{}");
  writeFileSync(`${rig.root}/trees/${low}/low`, "damaged");
  expect(await verifyStore(rig.root, { repair: true })).toMatchObject({ doubtful: 3 });
  const left = ["low", "high", "top", "other"].filter((name) => records.get("unit", key(name)));
  expect([left, records.get("result", key("step")), records.get("configuration", "environment")]).toEqual([
    ["other"],
    undefined,
    "{}",
  ]);
});

test("with any other damaged tree goes all that was made from trees, but what was fetched stays", async () => {
  await using rig = storeRig();
  const crate = await rig.add({ crate: "1" });
  const another = await rig.add({ crate: "2" });
  const unit = await rig.add({ unit: "3" });
  const { records } = rig.store;
  records.set("crate", "crate", crate);
  records.set("crate", "another", another);
  records.set("patched", "another", another);
  records.set("unit", digestOf("unit"), { ...unitOf(rig, unit), against: {} });
  writeFileSync(`${rig.root}/trees/${crate}/crate`, "damaged");
  expect(await verifyStore(rig.root, { repair: true })).toMatchObject({ doubtful: 2 });
  expect([
    records.get("crate", "crate"),
    records.get("crate", "another"),
    records.get("patched", "another"),
    records.get("unit", digestOf("unit")),
  ]).toEqual([undefined, another, undefined, undefined]);
});

test("with an output that somebody changed goes nothing else", async () => {
  await using rig = storeRig();
  const unit = await rig.add({ unit: "1" });
  await using temp = await rig.store.tempDir("test");
  mkdirSync(`${temp.path}/out`);
  writeFileSync(`${temp.path}/out/app`, "app");
  const output = await rig.store.addOutput(`${temp.path}/out`);
  const { records } = rig.store;
  records.set("unit", digestOf("unit"), { ...unitOf(rig, unit), against: {} });
  records.set("result", digestOf("step"), { output, seconds: 1 });
  writeFileSync(`${rig.root}/trees/${output}/app`, "changed");
  expect(await verifyStore(rig.root, { repair: true })).toMatchObject({
    damagedTrees: [{ tree: output, files: ["app"], isChanged: true }],
    doubtful: 0,
  });
  expect([records.get("result", digestOf("step")), records.get("unit", digestOf("unit"))?.tree]).toEqual([
    undefined,
    unit,
  ]);
});

test("records of trees that are gone are no damage, and repair forgets them", async () => {
  await using rig = storeRig();
  const { records } = rig.store;
  const tree = await rig.add({ a: "1" });
  const layer = { digest: digestOf("no tree"), environment: { whole: digestOf("e"), pure: digestOf("p") } };
  records.set("crate", "gone", digestOf("gone"));
  records.set("unit", "gone", { tree: digestOf("gone"), files: [], against: {} });
  records.set("result", "there", { output: tree, layer, seconds: 1 });
  records.set("toolchain", "no tree at all", digestOf("toolchain"));
  expect(await verifyStore(rig.root, look)).toMatchObject({ damagedTrees: [], dangling: 2 });
  await verifyStore(rig.root, repair);
  expect([records.get("crate", "gone"), records.get("unit", "gone")]).toEqual([undefined, undefined]);
  expect(await verifyStore(rig.root, look)).toMatchObject({ dangling: 0 });
  expect(
    [records.get("result", "there"), records.get("toolchain", "no tree at all")].includes(undefined),
  ).toBe(false);
  expect(existsSync(`${rig.root}/trees/${tree}`)).toBe(true);
});
