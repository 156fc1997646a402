import { expect, test } from "vitest";
import { packageDirectories } from "../../src/units/packageDirectories.ts";

const paths = [
  ...["Cargo.toml", "crates/a/Cargo.toml", "crates/b/Cargo.toml", "crates/b/src/lib.rs", "tool/Cargo.toml"],
  ...["crates/a/templates/Cargo.toml", "tests/fixture/Cargo.toml"],
];

test.each<[string, string[], string[]]>([
  ["", [], [""]],
  ["[package]", ["tool"], ["", "tool"]],
  ['[workspace]\nmembers = ["crates/*"]', [], ["", "crates/a", "crates/b"]],
  ['[workspace]\nmembers = ["tool", "crates/a"]', ["crates/a"], ["", "crates/a", "tool"]],
  ["[workspace]\nmembers = 3", [], [""]],
])("with %j, and %j planned: %j", (manifest, planned, expected) => {
  expect([...packageDirectories(planned, paths, manifest)].sort()).toEqual(expected);
});
