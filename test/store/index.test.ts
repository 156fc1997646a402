import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { storedRecords } from "../../src/store/contents.ts";
import { openIndex } from "../../src/store/index.ts";
import { editRecords, storeRig } from "./rig.ts";

const day = 24 * 60 * 60;

test("what is set is got, by kind and key; what is set again replaces it", async () => {
  await using rig = storeRig();
  const { records } = rig.store;
  records.set("rustc-info", "a", "1");
  records.set("configuration", "a", "2");
  records.set("rustc-info", "a", "3");
  expect([
    records.get("rustc-info", "a"),
    records.get("configuration", "a"),
    records.get("rustc-info", "b"),
  ]).toEqual(["3", "2", undefined]);
});

test.each(["constructor", "__proto__", "prototype", "toString"])(
  "a file called `%s` is remembered",
  async (name) => {
    await using rig = storeRig();
    const reads = Object.fromEntries([[name, digestOf("x")]]);
    const parts = { version: "1", environment: digestOf("e"), content: null, local: true, profile: {} };
    const unit = { ...parts, features: [], lto: "objects", primary: false, dependencies: {}, reads };
    rig.store.records.set("unit-parts", "app", unit);
    expect(Object.entries(rig.store.records.get("unit-parts", "app")?.reads ?? {})).toEqual([
      [name, digestOf("x")],
    ]);
  },
);

test("getting counts as use, in the hour in which it happens", async () => {
  await using rig = storeRig();
  let now = 10 * day;
  using index = openIndex(rig.root, { now: () => now });
  index.set("rustc-info", "a", "1");
  index.set("rustc-info", "b", "1");
  now = 12.5 * day;
  index.get("rustc-info", "b");
  expect(storedRecords(index).map(({ key, used }) => ({ key, used }))).toEqual([
    { key: "a", used: 240 },
    { key: "b", used: 300 },
  ]);
});

test("asking which keys are known names those that are there, of that kind alone, and counts as use of each", async () => {
  await using rig = storeRig();
  let now = 10 * day;
  using index = openIndex(rig.root, { now: () => now });
  for (const key of ["a", "b", 'with "quotes"']) index.set("rustc-info", key, "1");
  index.set("configuration", "c", "1");
  now = 12.5 * day;
  const asked = ["a", 'with "quotes"', "c", "d"];
  expect([...index.known("rustc-info", asked)].sort()).toEqual(["a", 'with "quotes"']);
  expect(index.known("rustc-info", [])).toEqual(new Set());
  const used = storedRecords(index).map(({ key, used }) => [key, used]);
  expect(Object.fromEntries(used)).toEqual({ a: 300, b: 240, c: 240, 'with "quotes"': 300 });
});

test("a use on the same day is noted without writing the record, and one that an older Gantry notes counts to the day's end", async () => {
  await using rig = storeRig();
  let now = 10 * day;
  using index = openIndex(rig.root, { now: () => now });
  index.set("rustc-info", "a", "1");
  now += 3 * 3600;
  index.get("rustc-info", "a");
  expect(storedRecords(index).map(({ used }) => used)).toEqual([243]);
  expect(index.use((it) => it.prepare("SELECT used FROM records").get()?.used)).toBe(10);
  editRecords(rig.root, "UPDATE records SET used = 11");
  expect(storedRecords(index).map(({ used }) => used)).toEqual([11 * 24 + 23]);
});

test("a record that garbage collection drops while it is read is not there", async () => {
  await using rig = storeRig();
  let [now, asked] = [10 * day, 0];
  using index = openIndex(rig.root, {
    now: () => {
      asked++;
      // Asked between reading the record and noting its use.
      if (now > 10 * day && asked === 1) editRecords(rig.root, "DELETE FROM records");
      return now;
    },
  });
  index.set("rustc-info", "a", "1");
  [now, asked] = [20 * day, 0];
  expect(index.get("rustc-info", "a")).toBeUndefined();
});

test.each([
  ["its text", `UPDATE records SET value = '{}'`],
  ["its key", `UPDATE records SET key = 'b'`],
  ["its kind", `UPDATE records SET kind = 'configuration'`],
  ["its version", "UPDATE records SET version = 0"],
  ["its digest", `UPDATE records SET digest = '${digestOf("")}'`],
])("a record of which %s is not what was written counts as none", async (_, statement) => {
  await using rig = storeRig();
  const { records } = rig.store;
  records.set("rustc-info", "a", "1");
  editRecords(rig.root, statement);
  const found = ["a", "b"].flatMap((key) => [
    records.get("rustc-info", key),
    records.get("configuration", key),
  ]);
  expect(found).toEqual([undefined, undefined, undefined, undefined]);
  records.set("rustc-info", "a", "2");
  expect(records.get("rustc-info", "a")).toBe("2");
});

test("a record whose tree is gone counts as none", async () => {
  await using rig = storeRig();
  rig.store.records.set("crate", "there", await rig.add({ a: "1" }));
  rig.store.records.set("crate", "gone", digestOf("gone"));
  expect(rig.store.records.get("crate", "there")).toBeDefined();
  expect(rig.store.records.get("crate", "gone")).toBeUndefined();
});
