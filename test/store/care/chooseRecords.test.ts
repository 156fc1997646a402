import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import { chooseRecords, type Retention } from "../../../src/store/care/plan.ts";

const tree = (name: string): Digest => digestOf(name);

function record(key: string, used: number, ...names: readonly string[]) {
  return { kind: "unit", key, used, names: names.map(tree) };
}

/** The keys that are kept; every tree has 10 bytes, and what is in use since day 100 is so in any case. */
function kept(records: readonly ReturnType<typeof record>[], retention: Partial<Retention>): string[] {
  const chosen = chooseRecords(records, {
    inUseSince: 100,
    linked: new Set(),
    bytesOf: () => 10,
    ...retention,
  });
  return records.filter((each) => chosen.has(each)).map(({ key }) => key);
}

const records = [
  record("new", 100, "n"),
  record("week", 93, "w"),
  record("month", 70, "m"),
  record("fact", 60),
];

test("without limits all is kept", () => {
  expect(kept(records, {})).toEqual(["new", "week", "month", "fact"]);
});

test("what was not used lately goes", () => {
  expect(kept(records, { keepSince: 93 })).toEqual(["new", "week"]);
});

test("of what exceeds the size the longest unused goes first; records without trees take none", () => {
  expect(kept(records, { maxBytes: 20 })).toEqual(["new", "week", "fact"]);
  expect(kept(records, { maxBytes: 10 })).toEqual(["new", "fact"]);
});

test("what is in use is kept whatever its size and age", () => {
  expect(kept(records, { maxBytes: 0, keepSince: 200 })).toEqual(["new"]);
});

test("what a link of a build holds is kept, and counts", () => {
  const linked = new Set([tree("m")]);
  expect(kept(records, { keepSince: 93, linked })).toEqual(["new", "week", "month"]);
  expect(kept(records, { maxBytes: 20, linked })).toEqual(["new", "month", "fact"]);
});

test("a tree of two records counts once", () => {
  const shared = [record("a", 90, "same"), record("b", 89, "same"), record("c", 88, "other")];
  expect(kept(shared, { maxBytes: 10 })).toEqual(["a", "b"]);
});

test("after the first that does not fit nothing older is kept, however small", () => {
  const sizes = [record("large", 90, "l"), record("small", 89, "s")];
  expect(kept(sizes, { maxBytes: 50, bytesOf: (each) => (each === tree("l") ? 100 : 1) })).toEqual([]);
});

test("of what was used in the same hour, compiled units stay longest, and that a tree was used says least", () => {
  const same = [
    { ...record("a tree", 90, "t"), kind: "tree" },
    { ...record("a crate", 90, "c"), kind: "crate" },
    { ...record("a unit", 90, "u", "compiled against"), kind: "unit" },
  ];
  expect(kept(same, { maxBytes: 20 })).toEqual(["a unit"]);
  expect(kept(same, { maxBytes: 30 })).toEqual(["a crate", "a unit"]);
});
