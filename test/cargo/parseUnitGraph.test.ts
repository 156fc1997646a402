import { expect, test } from "vitest";
import { parseUnitGraph, type UnitGraph } from "../../src/cargo/plan/unitGraph.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

/** As Cargo 1.95 printed it, less some settings of the profiles. */
const printed = {
  version: 1,
  units: [
    {
      pkg_id: "path+file:///build/source#app@0.1.0",
      target: {
        kind: ["bin"],
        crate_types: ["bin"],
        name: "app",
        src_path: "/build/source/src/main.rs",
        edition: "2021",
        "required-features": ["cli"],
        doc: true,
        doctest: false,
        test: true,
      },
      profile: { name: "release", opt_level: "3", codegen_units: null, strip: { deferred: "None" } },
      platform: null,
      mode: "build",
      features: ["cli"],
      dependencies: [{ index: 1, extern_crate_name: "dep_x", public: false, noprelude: false }],
    },
    {
      pkg_id: "registry+https://github.com/rust-lang/crates.io-index#dep-x@1.0.0",
      target: {
        kind: ["custom-build"],
        crate_types: ["bin"],
        name: "build-script-build",
        src_path: "/build/vendor/dep-x-1.0.0/build.rs",
        edition: "2015",
        doc: false,
        doctest: false,
        test: false,
      },
      profile: { name: "release", opt_level: "0" },
      platform: "x86_64-unknown-linux-gnu",
      mode: "run-custom-build",
      features: [],
      is_std: true,
      dependencies: [],
    },
  ],
  roots: [0],
};

test("a graph", () => {
  expect(valueOfResult(parseUnitGraph(JSON.stringify(printed)))).toEqual({
    units: [
      {
        packageId: "path+file:///build/source#app@0.1.0",
        package: { source: { kind: "path", url: "file:///build/source" }, name: "app", version: "0.1.0" },
        target: {
          kind: ["bin"],
          crateTypes: ["bin"],
          name: "app",
          srcPath: "/build/source/src/main.rs",
          edition: "2021",
          requiredFeatures: ["cli"],
          doc: true,
          doctest: false,
          test: true,
        },
        profile: { name: "release", opt_level: "3", codegen_units: null, strip: { deferred: "None" } },
        mode: "build",
        features: ["cli"],
        dependencies: [{ index: 1, externCrateName: "dep_x", public: false, noprelude: false }],
        isStd: false,
      },
      {
        packageId: "registry+https://github.com/rust-lang/crates.io-index#dep-x@1.0.0",
        package: {
          source: { kind: "registry", url: "https://github.com/rust-lang/crates.io-index" },
          name: "dep-x",
          version: "1.0.0",
        },
        target: {
          kind: ["custom-build"],
          crateTypes: ["bin"],
          name: "build-script-build",
          srcPath: "/build/vendor/dep-x-1.0.0/build.rs",
          edition: "2015",
          requiredFeatures: [],
          doc: false,
          doctest: false,
          test: false,
        },
        profile: { name: "release", opt_level: "0" },
        platform: "x86_64-unknown-linux-gnu",
        mode: "run-custom-build",
        features: [],
        dependencies: [],
        isStd: true,
      },
    ],
    roots: [0],
  } satisfies UnitGraph);
});

test("a program that another package depends on is an artifact, one that its own tests run is not", () => {
  const [app] = printed.units;
  const user = (pkg_id: string, index: number) => ({
    ...{ ...app, pkg_id, target: { ...app?.target, kind: ["test"], name: "cli" } },
    dependencies: [{ index, extern_crate_name: "app" }],
  });
  const program = { ...app, dependencies: [] };
  const other = "path+file:///build/source#other@0.1.0";
  const units = [program, program, user(String(app?.pkg_id), 0), user(other, 1)];
  const graph = valueOfResult(parseUnitGraph(JSON.stringify({ version: 1, units, roots: [0, 2, 3] })));
  expect(graph.units.map(({ isArtifact }) => isArtifact)).toEqual([undefined, true, undefined, undefined]);
});

const [first] = printed.units;
const malformed: readonly (readonly [string, unknown, string])[] = [
  ["a newer version", { ...printed, version: 2 }, "`version`: Invalid type: Expected 1 but received 2"],
  [
    "an unknown mode",
    { ...printed, units: [{ ...first, mode: "dream" }] },
    '`units.0.mode`: Invalid type: Expected ("build" | "check" | "test" | "doc" | "doctest" | "docscrape" | "run-custom-build") but received "dream"',
  ],
  [
    "an odd id",
    { ...printed, units: [{ ...first, pkg_id: "x", dependencies: [] }] },
    "`x` is not a package id",
  ],
  ["an edge into nowhere", { ...printed, units: [first] }, "a dependency has no unit"],
  ["a root that is not there", { ...printed, roots: [2] }, "a root has no unit"],
];

test.each(malformed)("%s is not understood", (_, json, cause) => {
  const result = parseUnitGraph(JSON.stringify(json));
  expect(result).toEqual({
    ok: false,
    error: {
      code: "unit-graph",
      message: "cargo's unit graph is not understood",
      notes: ["version 1 of the graph is understood, as printed by Cargo 1.45 to 1.95"],
      help: ["update Gantry, or choose another toolchain in `rust-toolchain.toml`"],
      causes: [cause],
      status: 1,
    },
  });
});

test("what is no JSON is not understood", () => {
  expect(parseUnitGraph("error: no such command")).toMatchObject({
    ok: false,
    error: { code: "unit-graph" },
  });
});

test("a profile has all of its settings, whatever their names", () => {
  const [first, second] = printed.units;
  const profile = { name: "release", constructor: { prototype: ["x"] } };
  const units = valueOfResult(
    parseUnitGraph(JSON.stringify({ ...printed, units: [{ ...first, profile }, second] })),
  );
  expect(units.units[0]?.profile).toEqual(profile);
});
