import { expect, test } from "vitest";
import { unitsOf } from "../../bench/unitGraph.ts";

const unit = (name: string, dependencies: readonly number[], more: object = {}) => ({
  pkg_id: `registry#${name}@1.0.0`,
  target: { kind: ["lib"], name, edition: "2021", src_path: "/somewhere" },
  profile: { name: "release", opt_level: "3" },
  platform: null,
  mode: "build",
  features: [],
  dependencies: dependencies.map((index) => ({ index, extern_crate_name: "dep" })),
  ...more,
});

const shared = (one: readonly object[], other: readonly object[]) => {
  const seen = unitsOf(JSON.stringify({ version: 1, units: one, roots: [] }));
  const wanted = unitsOf(JSON.stringify({ version: 1, units: other, roots: [] }));
  return [...wanted.keys()].filter((of) => seen.has(of)).length;
};

test("two projects share a unit that both compile alike, wherever it stands in their graphs", () => {
  expect(shared([unit("itoa", [])], [unit("b", [1]), unit("itoa", [])])).toBe(1);
});

test("not with other features, another profile, or over another dependency", () => {
  const plain = [unit("a", [1]), unit("b", [])];

  expect(shared(plain, [unit("a", [1], { features: ["std"] }), unit("b", [])])).toBe(1);
  expect(
    shared(plain, [unit("a", [1], { profile: { name: "release", opt_level: "s" } }), unit("b", [])]),
  ).toBe(1);
  expect(shared(plain, [unit("a", [1]), unit("b", [], { features: ["std"] })])).toBe(0);
});

test("units have the names that people call them by", () => {
  const ids = [
    "registry+https://github.com/rust-lang/crates.io-index#serde@1.0.228",
    "path+file:///projects/app#0.1.0",
    "path+file:///projects/tools/app#app-tools@0.1.0+build",
    "git+https://example.org/it.git?rev=abc#2.0.0",
  ];
  const units = ids.map((pkg_id) => unit("x", [], { pkg_id }));

  expect([...unitsOf(JSON.stringify({ units })).values()]).toEqual([
    "serde 1.0.228 lib build",
    "app 0.1.0 lib build",
    "app-tools 0.1.0+build lib build",
    "it 2.0.0 lib build",
  ]);
});

test("the run of a build script is no call of rustc", () => {
  expect(unitsOf(JSON.stringify({ units: [unit("a", [], { mode: "run-custom-build" })] }))).toEqual(
    new Map(),
  );
});
