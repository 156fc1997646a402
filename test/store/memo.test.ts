import { expect, test } from "vitest";
import { openDatabase, openMemo } from "../../src/store/index.ts";

const day = 24 * 60 * 60;

function used(database: ReturnType<typeof openDatabase>) {
  return database
    .prepare("SELECT key, used FROM memo ORDER BY key")
    .all()
    .map((row) => ({ ...row }));
}

test("what is set is got, by kind and key; what is set again replaces it", () => {
  const memo = openMemo(openDatabase(":memory:"));
  memo.set("unit", "a", "1");
  memo.set("crate", "a", "2");
  memo.set("unit", "a", "3");
  expect([memo.get("unit", "a"), memo.get("crate", "a"), memo.get("unit", "b")]).toEqual([
    "3",
    "2",
    undefined,
  ]);
});

test("getting counts as use, on the day on which it happens", () => {
  const database = openDatabase(":memory:");
  let now = 10 * day;
  const memo = openMemo(database, () => now);
  memo.set("unit", "a", "1");
  memo.set("unit", "b", "1");
  now = 12.5 * day;
  memo.get("unit", "b");
  expect(used(database)).toEqual([
    { key: "a", used: 10 },
    { key: "b", used: 12 },
  ]);
});

test("a record that garbage collection drops while it is read is not there", () => {
  const database = openDatabase(":memory:");
  let now = 10 * day;
  const memo = openMemo(database, () => {
    // Called between reading the record and noting its use.
    if (now > 10 * day) database.exec("DELETE FROM memo");
    return now;
  });
  memo.set("unit", "a", "1");
  now = 20 * day;
  expect(memo.get("unit", "a")).toBeUndefined();
});
