import { expect, test } from "vitest";
import { vendorLayout } from "../../../src/command/vendor/vendorCrates.ts";
import { sourceDirectory } from "../../../src/fetch/vendor/vendorConfig.ts";
import { cratesIoSource } from "../../fetch/registry/rig.ts";

const other = "sparse+https://crates.example.org/index/";

function paths(crates: readonly (readonly [name: string, version: string, source: string])[]): string[] {
  const all = crates.map(([name, version, source]) => ({ name, version, source }));
  return all.map(vendorLayout(all).pathOf);
}

test("the newest version has the bare name, as `cargo vendor` names it", () => {
  const versions = ["0.9.10", "0.10.0-rc.1", "0.10.0", "0.9.9"];
  expect(paths(versions.map((version) => ["a", version, cratesIoSource]))).toEqual([
    "a-0.9.10",
    "a-0.10.0-rc.1",
    "a",
    "a-0.9.9",
  ]);
});

test("registries share one directory as long as no two crates collide", () => {
  expect(
    paths([
      ["a", "1.0.0", cratesIoSource],
      ["b", "1.0.0", other],
    ]),
  ).toEqual(["a", "b"]);
});

test("sources are kept apart where Cargo would take a crate of one for a patch from another", () => {
  const crates = [
    { name: "a", version: "1.0.0", source: cratesIoSource },
    { name: "a", version: "0.9.0", source: other },
  ];
  expect(crates.map(vendorLayout(crates, { apart: true }).pathOf)).toEqual([
    "a",
    `${sourceDirectory(other)}/a`,
  ]);
});

test("colliding registries are kept apart", () => {
  const apart = sourceDirectory(other);
  const crates = [
    ["a", "1.0.0", cratesIoSource],
    ["a", "1.0.0", other],
    ["a", "0.9.0", other],
  ] as const;
  expect(paths(crates)).toEqual(["a", `${apart}/a`, `${apart}/a-0.9.0`]);
});
