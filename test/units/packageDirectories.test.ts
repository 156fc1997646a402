import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import type { TreeFile } from "../../src/store/treeDigest.ts";
import { packageDirectories } from "../../src/units/openTarget.ts";

const files = [
  ...["Cargo.toml", "crates/a/Cargo.toml", "crates/b/Cargo.toml", "crates/b/src/lib.rs", "tool/Cargo.toml"],
  ...["crates/a/templates/Cargo.toml", "tests/fixture/Cargo.toml"],
].map(fileAt);

function fileAt(path: string): TreeFile {
  return { path, type: "file", digest: digestOf(path), executable: false };
}

test.each<[string, string[], string[]]>([
  ["", [], [""]],
  ["[package]", ["tool"], ["", "tool"]],
  ['[workspace]\nmembers = ["crates/*"]', [], ["", "crates/a", "crates/b"]],
  ['[workspace]\nmembers = ["tool", "crates/a"]', ["crates/a"], ["", "crates/a", "tool"]],
  ["[workspace]\nmembers = 3", [], [""]],
  ['\ufeff[workspace]\nmembers = ["tool"]\nmetadata.big = 9223372036854775807', [], ["", "tool"]],
])("with %j, and %j planned: %j", (manifest, planned, expected) => {
  expect([...packageDirectories(planned, { files, textOf: () => manifest })].sort()).toEqual(expected);
});

test("of a workspace that does not lie at the source's root, members count from it", () => {
  const manifest = '[workspace]\nmembers = ["*", "../tool"]\n';
  expect(
    [
      ...packageDirectories(["shared"], {
        files: [...files, fileAt("crates/Cargo.toml")],
        textOf: () => manifest,
        workspace: "crates",
      }),
    ].sort(),
  ).toEqual(["", "crates", "crates/a", "crates/b", "shared", "tool"]);
});
