import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test, vi } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import { collectGarbage } from "../../../src/store/care/garbage.ts";
import { otherRoom, roomsIn, sumOf } from "../../../src/store/care/room.ts";
import { shellKey, storedBlobs } from "../../../src/store/contents.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { editRecords, type StoreRig, storeRig } from "../rig.ts";

/** Called with each directory whose files are about to be listed. */
const whileListing: ((directory: string) => void)[] = [];
afterEach(() => void whileListing.splice(0));

vi.mock("../../../src/tree/walk.ts", async (original) => {
  const actual = await original<typeof import("../../../src/tree/walk.ts")>();
  return {
    ...actual,
    walk: (...parameters: Parameters<typeof actual.walk>) => {
      for (const told of whileListing) told(parameters[0]);
      return actual.walk(...parameters);
    },
  };
});

/** The index as another process has it. */
function openOther(file: string) {
  const database = new DatabaseSync(file, { timeout: 0 });
  return {
    isHeld() {
      try {
        database.exec("BEGIN IMMEDIATE; ROLLBACK");
        return false;
      } catch {
        return true;
      }
    },
    [Symbol.dispose]: () => database.close(),
  };
}

const day = 24 * 60 * 60;
const now = Date.now() / 1000;

/** Makes all records look as if they had last been used so many days ago. */
function age(rig: StoreRig, days: number): void {
  editRecords(rig.root, `UPDATE records SET used = used - ${days}`);
}

/** What trees and blobs take on the disk, as `du` says, in bytes; without the directories of blobs, which stay. */
function roomOf(rig: StoreRig): number {
  const said = execFileSync("du", ["--block-size=1", "--summarize", "trees", ...storedBlobs(rig.root)], {
    cwd: rig.root,
    encoding: "utf8",
  });
  return said.split("\n").reduce((sum, line) => sum + Number(line.split("\t")[0]), 0);
}

const treesOf = (rig: StoreRig) => readdirSync(`${rig.root}/trees`).sort();

test("what nobody used for longer goes, with the files that no other tree has", async () => {
  await using rig = storeRig();
  await rig.add({ shared: "shared", alone: "alone" });
  age(rig, 31);
  const young = await rig.add({ shared: "shared" });
  const before = roomOf(rig);
  const collected = await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false });
  const bytes = before - roomOf(rig);
  expect(bytes).toBeGreaterThan(0);
  expect(collected).toEqual({
    ...{ records: 1, trees: 1, logs: 0, bytes, keptTrees: 1 },
    kinds: [{ kind: "tree", count: 1, bytes }],
  });
  expect(treesOf(rig)).toEqual([young]);
  expect(storedBlobs(rig.root).length).toBe(1);
});

test("a dry run says the same and removes nothing", async () => {
  await using rig = storeRig();
  await rig.add({ shared: "shared", alone: "alone" });
  age(rig, 31);
  await rig.add({ shared: "shared" });
  const before = [treesOf(rig), storedBlobs(rig.root)];
  const planned = await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: true });
  expect([treesOf(rig), storedBlobs(rig.root)]).toEqual(before);
  expect(await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).toEqual(planned);
});

test("a tree is kept for any record that names it", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  age(rig, 31);
  rig.store.records.set("result", digestOf("step"), { output: tree, seconds: 1 });
  expect((await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).trees).toBe(0);
  expect(treesOf(rig)).toEqual([tree]);
});

test("what a record names is kept as well as what it stands for: a unit's dependencies", async () => {
  await using rig = storeRig();
  const [unit, dependency, other] = [
    await rig.add({ a: "1" }),
    await rig.add({ b: "2" }),
    await rig.add({ c: "3" }),
  ];
  age(rig, 31);
  rig.store.records.set("unit", digestOf("unit"), { tree: unit, files: [], against: { key: dependency } });
  expect((await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).trees).toBe(1);
  expect([treesOf(rig), rig.store.tree(other)]).toEqual([[unit, dependency].sort(), undefined]);
});

test("what a record of a kind that only another Gantry knows seems to name is kept, too", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  age(rig, 31);
  rig.store.records.set("rustc-info", "a", `"${tree}"`);
  const value = JSON.stringify({ of: tree });
  const digest = digestOf(["another", "key", "7", value].join("\0"));
  const today = Math.floor(now / day);
  editRecords(
    rig.root,
    `INSERT INTO records VALUES ('another', 'key', 7, '${value}', '${digest}', ${today})`,
  );
  expect((await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).trees).toBe(0);
  editRecords(rig.root, "DELETE FROM records WHERE kind = 'another'");
  expect((await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).trees).toBe(1);
});

test("the link of a build keeps its tree and its result for as long as it is there", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ "bin/app": "1" });
  const key = digestOf("step");
  const link = `${dirname(rig.root)}/result`;
  rig.store.records.set("result", key, { output: tree, seconds: 1 });
  symlinkSync(`${rig.root}/trees/${tree}`, link);
  rig.store.records.set("root", link, null);
  age(rig, 400);
  await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false });
  expect([treesOf(rig), rig.store.records.get("result", key) !== undefined]).toEqual([[tree], true]);
  age(rig, 400);
  unlinkSync(link);
  expect(await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).toMatchObject({
    trees: 1,
    keptTrees: 0,
  });
});

test("of a size, the most recently used are kept", async () => {
  await using rig = storeRig();
  const add = async (name: string): Promise<Digest> => {
    age(rig, 10);
    return rig.add({ name, ballast: "x".repeat(100_000) + name });
  };
  await add("old");
  const kept = [await add("middle"), await add("young")].sort();
  age(rig, 10);
  const maxBytes = otherRoom(rig.root) + 280_000;
  const { left } = await collectGarbage(rig.root, { maxBytes, dryRun: false });
  expect(treesOf(rig)).toEqual(kept);
  expect(left?.bytes).toBeLessThanOrEqual(maxBytes);
});

test("what a limit of size cannot remove is said: what was used today, and what a link holds", async () => {
  await using rig = storeRig();
  const link = `${dirname(rig.root)}/result`;
  const tree = await rig.add({ app: "x".repeat(100) });
  symlinkSync(`${rig.root}/trees/${tree}`, link);
  rig.store.records.set("root", link, null);
  await rig.add({ old: "x".repeat(1000) });
  age(rig, 10);
  const now = Date.now() / 1000;
  const today = await rig.add({ today: "x".repeat(10_000) });
  const collected = await collectGarbage(rig.root, { maxBytes: 50, dryRun: false });
  const [inUse, linked] = [today, tree].map((each) => sumOf(roomsIn(`${rig.root}/trees/${each}`)));
  expect(collected).toMatchObject({
    ...{ trees: 1, keptTrees: 2 },
    left: { inUse, linked, links: [[link, linked]] },
  });
  // The beginning of the hour in which the claim of the rig was made, less ten minutes.
  expect(Math.abs((collected.left?.inUseSince ?? 0) - now)).toBeLessThan(3600 + 600 + 60);
  expect(await collectGarbage(rig.root, { dryRun: true })).not.toHaveProperty("left");
});

test("what was used in another hour than this can go, on the same day", async () => {
  await using rig = storeRig();
  const trees = [await rig.add({ a: "1" }), await rig.add({ b: "2" })];
  rig.close();
  const ages = [3, 1];
  for (const [index, tree] of trees.entries())
    editRecords(rig.root, `UPDATE uses SET hour = hour - ${ages[index]} WHERE key = '${tree}'`);
  // A day may have begun since.
  editRecords(
    rig.root,
    "UPDATE records SET used = (SELECT hour / 24 FROM uses WHERE uses.key = records.key)",
  );
  await collectGarbage(rig.root, { keepSeconds: 2 * 3600, dryRun: false });
  expect(treesOf(rig)).toEqual([trees[1]]);
});

test("a use that a wrong clock noted in the future counts as one of now", async () => {
  await using rig = storeRig();
  await rig.add({ a: "1" });
  rig.close();
  editRecords(rig.root, "UPDATE records SET used = used + 4000");
  await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false });
  age(rig, 40);
  expect((await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).trees).toBe(1);
});

test("what a build uses while the plan is carried out stays, and what it needs with it", async () => {
  await using rig = storeRig();
  const [unit, dependency, other] = [
    await rig.add({ a: "1" }),
    await rig.add({ b: "2" }),
    await rig.add({ c: "3" }),
  ];
  rig.store.records.set("unit", "used", { tree: unit, files: [], against: { key: dependency } });
  age(rig, 31);
  rig.close();
  using build = valueOfResult(openStore(rig.root));
  let isAsked = false;
  whileListing.push((directory) => {
    // Trees are measured after the plan's first look at the records, and before its second.
    if (isAsked || !directory.startsWith(`${rig.root}/trees/`)) return;
    isAsked = true;
    build.records.get("unit", "used");
  });
  await collectGarbage(rig.root, { keepSeconds: 30 * day, maxBytes: 10 ** 12, dryRun: false });
  expect(treesOf(rig)).toEqual([unit, dependency].sort());
  expect(rig.store.tree(other)).toBeUndefined();
});

test("two collections wait for each other", async () => {
  await using rig = storeRig();
  for (let index = 0; index < 30; index++) await rig.add({ index: String(index) });
  age(rig, 31);
  rig.close();
  const both = [0, 1].map(() => collectGarbage(rig.root, { keepSeconds: 0, dryRun: false }));
  expect((await Promise.all(both)).map(({ trees }) => trees).sort((a, b) => a - b)).toEqual([0, 30]);
});

test("others may write to the index while trees are measured", async () => {
  await using rig = storeRig();
  await rig.add({ a: "1" });
  await rig.add({ b: "2" });
  age(rig, 31);
  const listed: ("held" | "free")[] = [];
  whileListing.push((directory) => {
    if (!directory.startsWith(`${rig.root}/trees/`)) return;
    using other = openOther(`${rig.root}/index.sqlite`);
    listed.push(other.isHeld() ? "held" : "free");
  });
  expect(await collectGarbage(rig.root, { maxBytes: 1, dryRun: false })).toMatchObject({ keptTrees: 0 });
  expect(listed).toEqual(["free", "free"]);
});

test.each([{ keepSeconds: 0 }, { maxBytes: 0 }])(
  "once interrupted it removes nothing more: %j",
  async (what) => {
    await using rig = storeRig();
    await rig.add({ a: "1" });
    age(rig, 31);
    const blobs = storedBlobs(rig.root);
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(collectGarbage(rig.root, { ...what, dryRun: false, signal })).rejects.toThrow("interrupted");
    expect(storedBlobs(rig.root)).toEqual(blobs);
  },
);

test("what is used since the oldest process opened the store is left alone, whatever is asked for", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  const all = { maxBytes: 0, keepSeconds: 0, dryRun: false, now: now + 3 * day };
  expect((await collectGarbage(rig.root, all)).trees).toBe(0);
  expect(treesOf(rig)).toEqual([tree]);
  rig.close();
  expect((await collectGarbage(rig.root, all)).trees).toBe(1);
});

test("logs go with the record of their step, but not before a step could be recorded", async () => {
  await using rig = storeRig();
  const logs = ["known", "failed", "forgotten", "running"].map((name) => {
    const key = digestOf(name);
    mkdirSync(`${rig.root}/logs/${key.slice(0, 2)}`, { recursive: true });
    const path = `${rig.root}/logs/${key.slice(0, 2)}/${key}.log`;
    writeFileSync(path, name);
    if (name !== "running") utimesSync(path, now - 5 * day, now - 5 * day);
    return path;
  });
  rig.store.records.set("result", digestOf("known"), { output: await rig.add({}), seconds: 1 });
  rig.store.records.set("last-step", "/project\napp", digestOf("failed"));
  expect(await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false })).toMatchObject({
    logs: 1,
    kinds: [{ kind: "logs", count: 1 }],
  });
  expect(logs.map((path) => existsSync(path))).toEqual([true, true, false, true]);
});

test("what a shell uses is kept as long as its project, or its process, is there", async () => {
  await using rig = storeRig();
  const [ofProject, ofGone, ofProcess, ofEnded] = [
    await rig.add({ a: "project" }),
    await rig.add({ a: "gone" }),
    await rig.add({ a: "process" }),
    await rig.add({ a: "ended" }),
  ];
  const { records } = rig.store;
  records.set("shell", shellKey(rig.root, "default"), [ofProject]);
  records.set("shell", shellKey(`${rig.root}/gone`, "default"), [ofGone]);
  records.set("shell", shellKey("/nowhere", "default", process.pid), [ofProcess]);
  // The same number, but a process that began at another time.
  const otherTime = shellKey("/nowhere", "other", process.pid).replace(/(?<=\d )\d+/, "1");
  records.set("shell", otherTime, [ofEnded]);
  rig.close();
  age(rig, 100);
  await collectGarbage(rig.root, { keepSeconds: 30 * day, dryRun: false });
  expect(treesOf(rig)).toEqual([ofProject, ofProcess].sort());
});
