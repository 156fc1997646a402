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
import { type Digest, digestOf } from "../../src/base/digest.ts";
import { shellKey, storedBlobs } from "../../src/store/contents.ts";
import { collectGarbage } from "../../src/store/garbage.ts";
import { editRecords, type StoreRig, storeRig } from "./rig.ts";

/** Called with each directory whose files are about to be listed. */
const whileListing: ((directory: string) => void)[] = [];
afterEach(() => void whileListing.splice(0));

vi.mock("../../src/tree/walk.ts", async (original) => {
  const actual = await original<typeof import("../../src/tree/walk.ts")>();
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

const treesOf = (rig: StoreRig) => readdirSync(`${rig.root}/trees`).sort();

test("what nobody used for longer goes, with the files that no other tree has", async () => {
  await using rig = storeRig();
  await rig.add({ shared: "shared", alone: "alone" });
  age(rig, 31);
  const young = await rig.add({ shared: "shared" });
  expect(await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).toEqual({
    records: 1,
    trees: 1,
    logs: 0,
    bytes: 5,
    keptTrees: 1,
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
  const planned = await collectGarbage(rig.root, { keepDays: 30, dryRun: true });
  expect([treesOf(rig), storedBlobs(rig.root)]).toEqual(before);
  expect(await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).toEqual(planned);
});

test("a tree is kept for any record that names it", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  age(rig, 31);
  rig.store.records.set("result", digestOf("step"), { output: tree, seconds: 1 });
  expect((await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).trees).toBe(0);
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
  expect((await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).trees).toBe(1);
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
  expect((await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).trees).toBe(0);
  editRecords(rig.root, "DELETE FROM records WHERE kind = 'another'");
  expect((await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).trees).toBe(1);
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
  await collectGarbage(rig.root, { keepDays: 30, dryRun: false });
  expect([treesOf(rig), rig.store.records.get("result", key) !== undefined]).toEqual([[tree], true]);
  age(rig, 400);
  unlinkSync(link);
  expect(await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).toMatchObject({
    trees: 1,
    keptTrees: 0,
  });
});

test("of a size, the most recently used are kept", async () => {
  await using rig = storeRig();
  const add = async (name: string): Promise<Digest> => {
    age(rig, 10);
    return rig.add({ name, ballast: "x".repeat(1000) + name });
  };
  await add("old");
  const kept = [await add("middle"), await add("young")].sort();
  age(rig, 10);
  await collectGarbage(rig.root, { maxBytes: 2500, dryRun: false });
  expect(treesOf(rig)).toEqual(kept);
});

test("what a limit of size cannot remove is said: what was used today, and what a link holds", async () => {
  await using rig = storeRig();
  const link = `${dirname(rig.root)}/result`;
  symlinkSync(`${rig.root}/trees/${await rig.add({ app: "x".repeat(100) })}`, link);
  rig.store.records.set("root", link, null);
  await rig.add({ old: "x".repeat(1000) });
  age(rig, 10);
  await rig.add({ today: "x".repeat(10) });
  const collected = await collectGarbage(rig.root, { maxBytes: 50, dryRun: false });
  expect(collected).toMatchObject({ trees: 1, keptTrees: 2, heldBytes: 110 });
  expect(await collectGarbage(rig.root, { dryRun: true })).not.toHaveProperty("heldBytes");
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
  expect(await collectGarbage(rig.root, { maxBytes: 1, dryRun: false })).toMatchObject({ keptTrees: 1 });
  expect(listed).toEqual(["free", "free"]);
});

test.each([{ keepDays: 0 }, { maxBytes: 0 }])(
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
  const all = { maxBytes: 0, keepDays: 0, dryRun: false, now: now + 3 * day };
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
  expect(await collectGarbage(rig.root, { keepDays: 30, dryRun: false })).toMatchObject({
    logs: 1,
    bytes: 9,
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
  records.set("shell", `${shellKey("/nowhere", "other", process.pid)}1`, [ofEnded]);
  rig.close();
  age(rig, 100);
  await collectGarbage(rig.root, { keepDays: 30, dryRun: false });
  expect(treesOf(rig)).toEqual([ofProject, ofProcess].sort());
});
