import { readFileSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { readTree } from "../../src/store/readTree.ts";
import { composeUnits } from "../../src/units/keep/unitRecord.ts";
import { storeRig } from "../store/rig.ts";

test("the tree of the same units is found again, and made again where it is gone", async () => {
  await using rig = storeRig();
  const unit = async (files: Record<string, string>) => {
    const tree = await rig.add(files);
    return { tree, files: readTree(rig.store.pathOf(tree)) };
  };
  const [a, b, other] = [
    await unit({ "deps/a.rlib": "a" }),
    await unit({ "deps/b.rlib": "b" }),
    await unit({ "deps/b.rlib": "other" }),
  ];
  const compose = async (...units: (typeof a)[]) => {
    const composed = await composeUnits(rig.store, units);
    if (!composed.ok) throw new Error(composed.error.message);
    return composed.value;
  };
  const first = await compose(a, b);
  expect(await compose(a, b)).toBe(first);
  const second = await compose(a, other);
  expect([first, second].map((place) => readFileSync(`${place}/deps/b.rlib`, "utf8"))).toEqual([
    "b",
    "other",
  ]);
  rmSync(first, { recursive: true });
  expect(await compose(a, b)).toBe(first);
  expect(readFileSync(`${first}/deps/a.rlib`, "utf8")).toBe("a");
});
