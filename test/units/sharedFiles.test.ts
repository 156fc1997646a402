import { expect, test } from "vitest";
import { sharedFiles } from "../../src/units/layout/sharedFiles.ts";

type Library = {
  readonly crateTypes: readonly string[];
  readonly features?: readonly string[];
  readonly mode?: string;
};

function graph(libraries: readonly Library[], package_ = "path+file:///build/source/shared#0.1.0"): string {
  const units = libraries.map(({ crateTypes, features = [], mode = "build" }) => ({
    pkg_id: package_,
    target: {
      ...{ kind: crateTypes, crate_types: crateTypes, name: "shared" },
      ...{ src_path: "/build/source/shared/src/lib.rs", edition: "2021" },
    },
    ...{ profile: { name: "release", opt_level: "3" }, platform: null, mode, features, dependencies: [] },
  }));
  return JSON.stringify({ version: 1, units, roots: [] });
}

const both = ["cdylib", "rlib"];
const twice = [{ crateTypes: both }, { crateTypes: both, features: ["x"] }];

test.each<[string, readonly string[], readonly string[]]>([
  ["a library with other features for a build script", [graph(twice)], ["shared"]],
  ["the same in two invocations", twice.map((each) => graph([each])), ["shared"]],
  ["one unit in two invocations", [graph(twice.slice(0, 1)), graph(twice.slice(0, 1))], []],
  [
    "a library that has a hash in its name",
    [graph(twice.map((each) => ({ ...each, crateTypes: ["rlib"] })))],
    [],
  ],
  ["a check, which has one, too", [graph(twice.map((each) => ({ ...each, mode: "check" })))], []],
  [
    "a crate of a registry, which has one, too",
    [graph(twice, "registry+https://example.org/index#shared@1.0.0")],
    [],
  ],
  ["a `dylib`, whose name has to stay", [graph([...twice, { crateTypes: ["dylib"] }])], []],
])("%s", (_, graphs, expected) => {
  expect(sharedFiles(graphs)).toEqual(expected);
});
