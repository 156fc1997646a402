import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Digest } from "../../src/base/digest.ts";
import { storeStats } from "../../src/store/care/stats.ts";
import { whenCalled } from "../rig/whenCalled.ts";
import { writeFiles } from "../rig/writeFiles.ts";
import { type StoreRig, storeRig } from "./rig.ts";

async function addOutput({ store }: StoreRig, files: Readonly<Record<string, string>>): Promise<Digest> {
  await using temp = await store.tempDir("test");
  mkdirSync(`${temp.path}/out`);
  writeFiles(`${temp.path}/out`, files);
  const output = await store.addOutput(`${temp.path}/out`);
  expect(readdirSync(temp.path)).toEqual([]);
  return output;
}

test("a change of an output changes no other tree", async () => {
  await using rig = storeRig();
  const unit = await rig.add({ "deps/app": "app" });
  const output = await addOutput(rig, { "bin/app": "app" });
  const another = await addOutput(rig, { "bin/other": "app" });
  writeFileSync(`${rig.root}/trees/${output}/bin/app`, "changed");
  const texts = [`${unit}/deps/app`, `${another}/bin/other`].map((path) =>
    readFileSync(`${rig.root}/trees/${path}`, "utf8"),
  );
  expect(texts).toEqual(["app", "app"]);
  expect(await Promise.all([output, another].map((each) => rig.store.changesOf(each)))).toEqual([
    ["bin/app"],
    [],
  ]);
});

test("a tree that is an output, too, gets files of its own", async () => {
  await using rig = storeRig();
  const source = await rig.add({ a: "1", "b/c": "2" });
  const copy = await rig.add({ a: "1" });
  expect(await addOutput(rig, { a: "1", "b/c": "2" })).toBe(source);
  const files = ["a", "b/c"].map((path) => statSync(`${rig.root}/trees/${source}/${path}`));
  expect(files.map(({ nlink, mtimeMs }) => [nlink, mtimeMs])).toEqual([
    [1, 1000],
    [1, 1000],
  ]);
  expect(await rig.store.changesOf(source)).toEqual([]);
  writeFileSync(`${rig.root}/trees/${source}/a`, "changed");
  expect(readFileSync(`${rig.root}/trees/${copy}/a`, "utf8")).toBe("1");
});

test("what no tree can hold is a change", async () => {
  await using rig = storeRig();
  const output = await addOutput(rig, { a: "1" });
  execFileSync("mkfifo", [`${rig.root}/trees/${output}/pipe`]);
  expect(await rig.store.changesOf(output)).toEqual(["pipe"]);
  rmSync(`${rig.root}/trees/${output}/pipe`);
  writeFileSync(Buffer.from(`${rig.root}/trees/${output}/\xff`, "latin1"), "");
  expect(await rig.store.changesOf(output)).toEqual(["\ufffd"]);
});

test("what a user's program removes at the same time is a change", async () => {
  await using rig = storeRig();
  const output = await addOutput(rig, { "bin/app": "1", "bin/app.new": "1" });
  const place = `${rig.root}/trees/${output}/bin/app.new`;
  using _renamed = whenCalled(["lstatSync"], place, () => rmSync(place));
  expect(await rig.store.changesOf(output)).toEqual(["bin/app.new"]);
});

test("two that replace a changed output at the same time both have it", async () => {
  await using rig = storeRig();
  const output = await addOutput(rig, { a: "1" });
  const place = `${rig.root}/trees/${output}`;
  writeFileSync(`${place}/a`, "changed");
  using _replaced = whenCalled(["renameSync"], place, () => rmSync(place, { recursive: true }));
  expect(await addOutput(rig, { a: "1" })).toBe(output);
  expect(readFileSync(`${place}/a`, "utf8")).toBe("1");
});

test("a changed output is replaced when it is made again", async () => {
  await using rig = storeRig();
  const output = await addOutput(rig, { a: "1" });
  writeFileSync(`${rig.root}/trees/${output}/a`, "changed");
  writeFileSync(`${rig.root}/trees/${output}/new`, "");
  expect(await addOutput(rig, { a: "1" })).toBe(output);
  expect(readdirSync(`${rig.root}/trees/${output}`)).toEqual(["a"]);
  expect(await rig.store.changesOf(output)).toEqual([]);
});

test("the files of outputs count in statistics", async () => {
  await using rig = storeRig();
  await rig.add({ a: "12" });
  await addOutput(rig, { b: "12", c: "345" });
  expect(await storeStats(rig.root)).toMatchObject({ blobs: 1, bytes: 7, apparentBytes: 7 });
});
