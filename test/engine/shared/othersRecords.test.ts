import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { othersRecords } from "../../../src/engine/shared/othersRecords.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const root = mkdtempSync(join(tmpdir(), "gantry-others-"));
const store = valueOfResult(openStore(join(root, "store")));
afterAll(() => {
  store[Symbol.dispose]();
  rmSync(root, { recursive: true });
});

const made = { by: "ci-1", at: 1_795_992_042 };
const [ci, mallory] = ["ci-1:AAA", "mallory:BBB"];

/** A project's command, which trusts these. */
function command(...trusted: string[]) {
  const records = othersRecords(store);
  records.trust(trusted);
  return records;
}

test("what somebody says holds for commands that trust him, and for no others", () => {
  const key = "said";
  command(ci).learn("unit-graphs", key, { value: ["a graph"], word: [ci], made });
  expect(command(ci).get("unit-graphs", key)).toEqual(["a graph"]);
  expect(command(ci, mallory).get("unit-graphs", key)).toEqual(["a graph"]);
  expect(command(mallory).get("unit-graphs", key)).toBeUndefined();
  expect(command().get("unit-graphs", key)).toBeUndefined();
  expect(store.records.get("unit-graphs", key)).toBeUndefined();
  expect(command(ci).madeBy("unit-graphs", key)).toEqual(made);
});

test("what was made with somebody's help counts as his word, too", () => {
  const malicious = command(mallory);
  malicious.learn("unit-graphs", "plan", { value: ["his graph"], word: [mallory], made });
  malicious.set("unit-graphs", "before", ["a graph"]);
  expect(malicious.get("unit-graphs", "plan")).toEqual(["his graph"]);
  malicious.set("unit-graphs", "after", ["made of it"]);
  const victim = command(ci);
  expect(["plan", "before", "after"].map((key) => victim.get("unit-graphs", key))).toEqual([
    undefined,
    ["a graph"],
    undefined,
  ]);
  expect(command(mallory).get("unit-graphs", "after")).toEqual(["made of it"]);
  expect(command(mallory).madeBy("unit-graphs", "after")).toBeUndefined();
});

test("what was made with the help of several holds for who trusts all of them", () => {
  const both = command(ci, mallory);
  for (const word of [ci, mallory])
    both.learn("unit-graphs", `of ${word}`, { value: [word], word: [word], made });
  for (const word of [ci, mallory]) both.get("unit-graphs", `of ${word}`);
  both.set("unit-graphs", "of both", ["x"]);
  expect(command(ci).get("unit-graphs", "of both")).toBeUndefined();
  expect(command(mallory).get("unit-graphs", "of both")).toBeUndefined();
  expect(command(mallory, ci).get("unit-graphs", "of both")).toEqual(["x"]);
});

test("whoever is told what was made is told by whose word", () => {
  const told: [string, readonly string[]][] = [];
  const records = othersRecords(store, { onSet: (_, key, __, rests) => told.push([key, rests]) });
  records.trust([ci, mallory]);
  store.records.set("unit-graphs", "known before", ["x"]);
  records.set("unit-graphs", "alone", ["x"]);
  records.learn("unit-graphs", "handed on", { value: ["x"], word: [ci, mallory], made });
  records.get("unit-graphs", "handed on");
  records.set("unit-graphs", "helped", ["x"]);
  records.set("unit-graphs", "known before", ["x"]);
  expect(told).toEqual([
    ["alone", []],
    ["helped", [ci, mallory]],
    ["known before", []],
  ]);
  for (const key of ["handed on", "helped"]) {
    expect(command(ci).get("unit-graphs", key)).toBeUndefined();
    expect(command(ci, mallory).get("unit-graphs", key)).toEqual(["x"]);
  }
});

test("what was made here comes first, and stays what it is", () => {
  store.records.set("unit-graphs", "own", ["mine"]);
  const records = command(mallory);
  records.learn("unit-graphs", "own", { value: ["his"], word: [mallory], made });
  expect(records.get("unit-graphs", "own")).toEqual(["mine"]);
  expect(records.all("unit-graphs", "own")).toEqual([["mine"], ["his"]]);
});

test("of lists of reads all are known", () => {
  store.records.set("reads", "lists", [["file:a"]]);
  const records = command(ci);
  records.learn("reads", "lists", { value: [["file:b"], ["file:a"]], word: [ci], made });
  expect(records.get("reads", "lists")).toEqual([["file:a"], ["file:b"]]);
  expect(command(mallory).get("reads", "lists")).toEqual([["file:a"]]);
});

test("a record whose tree is not there is none", () => {
  const records = command(ci);
  records.learn("crate", "crate", { value: digestOf("a tree that nobody has"), word: [ci], made });
  expect(records.get("crate", "crate")).toBeUndefined();
});

test("what was found out without anybody's help is nobody's word", () => {
  const records = command(ci);
  records.learn("unit-graphs", "relied on", { value: ["x"], word: [ci], made });
  records.get("unit-graphs", "relied on");
  records.set("lock", "a lock", []);
  expect(command().get("lock", "a lock")).toEqual([]);
});

test("whoever asks what was made here is told it with whose help, and not what others made", () => {
  const told = new Map<string, readonly [unknown, readonly string[]]>();
  const records = othersRecords(store, {
    onOwn: (kind, key, value, rests) => void told.set(`${kind} ${key}`, [value, rests]),
  });
  records.trust([ci]);
  store.records.set("unit-graphs", "made alone", ["x"]);
  store.records.set("reads", "grown", [["file:a"]]);
  records.learn("unit-graphs", "fetched", { value: ["x"], word: [ci], made });
  records.get("unit-graphs", "fetched");
  records.set("unit-graphs", "on top", ["y"]);
  records.set("reads", "grown", [["file:b"], ["file:a"]]);
  records.set("reads", "new", [["file:c"]]);
  for (const key of ["made alone", "fetched", "on top"]) records.get("unit-graphs", key);
  records.all("reads", "grown");
  records.get("reads", "new");
  expect(Object.fromEntries(told)).toEqual({
    "unit-graphs made alone": [["x"], []],
    "unit-graphs on top": [["y"], [ci]],
    "reads grown": [[["file:a"], ["file:b"]], [ci]],
    "reads new": [[["file:c"]], [ci]],
  });
  told.clear();
  const strict = othersRecords(store, { onOwn: (_, key) => void told.set(key, ["", []]) });
  strict.trust([mallory]);
  strict.get("unit-graphs", "on top");
  expect([...told]).toEqual([]);
});

test("of what is there by the word of others alone, who is not believed is known", () => {
  const both = command(ci, mallory);
  both.learn("unit-graphs", "doubted", { value: ["x"], word: [ci, mallory], made });
  both.learn("crate", "doubted", { value: digestOf("a tree that nobody has"), word: [ci], made });
  expect(both.doubted?.("unit-graphs", "doubted")).toEqual([]);
  expect(command(ci).doubted?.("unit-graphs", "doubted")).toEqual(["mallory"]);
  expect(command().doubted?.("unit-graphs", "doubted")).toEqual(["ci-1", "mallory"]);
  expect(command().doubted?.("crate", "doubted")).toEqual([]);
  store.records.set("unit-graphs", "doubted", ["x"]);
  expect(command().doubted?.("unit-graphs", "doubted")).toEqual([]);
});
