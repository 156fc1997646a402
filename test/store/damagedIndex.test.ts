import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { collectGarbage } from "../../src/store/care/garbage.ts";
import { storeStats } from "../../src/store/care/stats.ts";
import { verifyStore } from "../../src/store/care/verify.ts";
import { openStore } from "../../src/store/openStore.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { type StoreRig, storeRig } from "./rig.ts";

/** Enough records for a database of many pages, and two trees. */
async function fill(rig: StoreRig): Promise<void> {
  const [a, b] = [await rig.add({ a: "1" }), await rig.add({ b: "2" })];
  rig.store.records.set("crate", "a", a);
  rig.store.records.set("crate", "b", b);
  for (let at = 0; at < 200; at++) rig.store.records.set("rustc-info", `${at}`, `${at} `.repeat(100));
  rig.close();
}

/** How many of the records are still there, and right. None may be wrong. */
function intact(store: StoreRig["store"]): number {
  const found = Array.from({ length: 200 }, (_, at) => store.records.get("rustc-info", `${at}`));
  found.forEach((text, at) => {
    if (text !== undefined) expect(text).toBe(`${at} `.repeat(100));
  });
  return found.filter((text) => text !== undefined).length;
}

test("no byte of the index that changes stops anything: what cannot be read is absent, and can be set again", async () => {
  await using rig = storeRig();
  await fill(rig);
  const file = `${rig.root}/index.sqlite`;
  const whole = readFileSync(file);
  const anyPlace = fc.oneof(fc.nat(whole.length - 1), fc.nat(200), fc.nat(3 * 4096));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(anyPlace, fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (changes) => {
        await using other = storeRig();
        const names = { a: await other.add({ a: "1" }), b: await other.add({ b: "2" }) };
        other.close();
        const bytes = Buffer.from(whole);
        for (const [at, byte] of changes) bytes[at] = byte;
        writeFileSync(`${other.root}/index.sqlite`, bytes);
        const notes: string[] = [];
        using store = valueOfResult(openStore(other.root, { note: (text) => void notes.push(text) }));
        intact(store);
        for (const [key, tree] of Object.entries(names)) {
          expect([undefined, tree]).toContain(store.records.get("crate", key));
          store.records.set("crate", key, tree);
          expect(store.records.get("crate", key)).toBe(tree);
        }
        await storeStats(other.root);
        await verifyStore(other.root, { repair: true });
        expect(await verifyStore(other.root, { repair: false })).toMatchObject({
          trees: 2,
          damagedTrees: [],
          damagedRecords: 0,
          isIndexDamaged: false,
        });
        await collectGarbage(other.root, { keepSeconds: 30 * 24 * 3600, dryRun: false });
        expect(notes.length).toBeLessThan(2);
      },
    ),
    { numRuns: 25, seed: 11 },
  );
});

test("a page that is lost costs the records on it; the rest is kept, and trees count as used", async () => {
  await using rig = storeRig();
  await fill(rig);
  const file = `${rig.root}/index.sqlite`;
  const bytes = readFileSync(file);
  bytes.fill(0xff, 12 * 4096, 13 * 4096);
  writeFileSync(file, bytes);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({ isIndexDamaged: true });
  const notes: string[] = [];
  using store = valueOfResult(openStore(rig.root, { note: (text) => void notes.push(text) }));
  const left = intact(store);
  expect(left).toBeGreaterThan(150);
  expect(left).toBeLessThan(200);
  expect(notes).toEqual([
    expect.stringMatching(/^the index of the store was damaged, and was made again with the \d+ records/),
  ]);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({
    isIndexDamaged: false,
    damagedTrees: [],
  });
  expect((await collectGarbage(rig.root, { maxBytes: 0, keepSeconds: 0, dryRun: false })).trees).toBe(0);
});

test("`verify` finds a record that was changed, and repairs by dropping it", async () => {
  await using rig = storeRig();
  await fill(rig);
  const file = `${rig.root}/index.sqlite`;
  const bytes = readFileSync(file);
  bytes.write("8 8 8 9", bytes.indexOf("8 8 8 8 8 8"));
  writeFileSync(file, bytes);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({
    damagedRecords: 1,
    isIndexDamaged: false,
  });
  await verifyStore(rig.root, { repair: true });
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({ damagedRecords: 0 });
  using store = valueOfResult(openStore(rig.root));
  expect(intact(store)).toBe(199);
});

test("who has the index open while another process makes it again writes to the new one", async () => {
  await using rig = storeRig();
  rig.store.records.set("rustc-info", "before", "1");
  using other = valueOfResult(openStore(rig.root));
  await verifyStore(rig.root, { repair: false });
  writeFileSync(`${rig.root}/index.sqlite`, "no database".repeat(1000));
  using third = valueOfResult(openStore(rig.root));
  third.records.set("rustc-info", "third", "1");
  other.records.set("rustc-info", "other", "1");
  const tree = await rig.add({ a: "1" });
  expect([third.records.get("rustc-info", "other"), other.records.get("rustc-info", "third")]).toEqual([
    "1",
    "1",
  ]);
  expect((await collectGarbage(rig.root, { maxBytes: 0, dryRun: false })).trees).toBe(0);
  expect(rig.store.tree(tree)).toBeDefined();
  expect(third.records.get("rustc-info", digestOf("x"))).toBeUndefined();
});

test("who has the index open while it is made again twice writes to the newest", async () => {
  await using rig = storeRig();
  using other = valueOfResult(openStore(rig.root));
  for (const name of ["index.sqlite", "index-1.sqlite"]) {
    rig.store.records.set("rustc-info", "before", "1");
    writeFileSync(`${rig.root}/${name}`, "no database".repeat(1000));
    valueOfResult(openStore(rig.root))[Symbol.dispose]();
  }
  other.records.set("rustc-info", "other", "1");
  using later = valueOfResult(openStore(rig.root));
  expect(later.records.get("rustc-info", "other")).toBe("1");
});
