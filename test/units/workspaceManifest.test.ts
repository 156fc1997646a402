import { expect, test } from "vitest";
import { workspaceManifest } from "../../src/units/key/manifestFacts.ts";

const files: Readonly<Record<string, string>> = {
  "rust/Cargo.toml": '[workspace]\nmembers = ["app"]\n',
  "rust/app/Cargo.toml": "[package]\nversion.workspace = true\n",
  "rust/tool/Cargo.toml": '[package]\nworkspace = "../../other"\n',
  "shared/Cargo.toml": "[package]\n",
  "other/Cargo.toml": "[workspace]\nmetadata.big = 9223372036854775807\n",
  "other/deep/part/Cargo.toml": "[package]\n",
};

test.each<[string, string | undefined]>([
  ["rust", "rust/Cargo.toml"],
  ["rust/app", "rust/Cargo.toml"],
  ["rust/tool", "other/Cargo.toml"],
  ["other/deep/part", "other/Cargo.toml"],
  ["shared", undefined],
])("the package in `%s` inherits from `%s`", (directory, expected) => {
  const manifests = { exists: (path: string) => path in files, text: (path: string) => files[path] ?? "" };
  expect(workspaceManifest(directory, manifests)).toBe(expected);
});
