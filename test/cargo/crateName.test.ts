import { expect, test } from "vitest";
import { crateNameIn } from "../../src/cargo/manifest/crateName.ts";
import { parseToml } from "../../src/cargo/toml/toml.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

test.each([
  ["a package", '[package]\nname = "app"\nversion = "1.2.3"\n', { name: "app", version: "1.2.3" }],
  ["one by its old title", '[project]\nname = "app"\nversion = "1.2.3"\n', { name: "app", version: "1.2.3" }],
  [
    "a package that has a name for Crane",
    '[package]\nname = "app"\nversion = "1.2.3"\n[package.metadata.crane]\nname = "tool"\n[workspace.metadata.crane]\nname = "all"\n',
    { name: "tool", version: "1.2.3" },
  ],
  [
    "a package at the root of a workspace that has one",
    '[package]\nname = "app"\nversion.workspace = true\n[workspace.package]\nversion = "2.0.0"\n[workspace.metadata.crane]\nname = "all"\n',
    { name: "app", version: "2.0.0" },
  ],
  [
    "a virtual workspace",
    '[workspace.package]\nname = "old"\nversion = "2.0.0"\n[workspace.metadata.crane]\nname = "all"\n',
    { name: "all", version: "2.0.0" },
  ],
  ["one that names itself in the old way", '[workspace.package]\nname = "old"\n', { name: "old" }],
  ["one that says nothing", '[workspace]\nmembers = ["a"]\n', {}],
  ["what is no name", "package = 1\n[workspace]\nmetadata = { crane = { name = 1 } }\n", {}],
])("the name and the version of %s", (_, text, expected) => {
  expect(crateNameIn(valueOfResult(parseToml("Cargo.toml", text)).table)).toEqual(expected);
});
