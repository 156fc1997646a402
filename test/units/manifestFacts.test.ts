import { expect, test } from "vitest";
import { canonical } from "../../src/base/digest.ts";
import { manifestFacts } from "../../src/units/key/localSource.ts";

const root = `[workspace]
members = ["a"]
[workspace.package]
version = "1.0.0"
license = "MIT"
readme = "README.md"
[workspace.lints.rust]
unused = "warn"
[workspace.dependencies]
serde = "1"
rand = "0.9"
[profile.release]
lto = true
`;
const manifest = `[package]
name = "a"
version.workspace = true
edition = "2024"
publish = false
[features]
fast = []
[dependencies]
serde.workspace = true
`;
const inheriting = `${manifest}[lints]\nworkspace = true\n`;

/** Whether an edit tells rustc something else, and whether one who reads the manifest may notice. */
function changes(from: readonly [string, string], to: readonly [string, string]): [boolean, boolean] {
  const differ = (whole: boolean) =>
    canonical(manifestFacts(...from, whole)) !== canonical(manifestFacts(...to, whole));
  return [differ(false), differ(true)];
}

test.each<[string, string, string, [boolean, boolean]]>([
  ["a comment", `# new\n${manifest}`, root, [false, false]],
  ["a feature", manifest.replace("fast", "quick"), root, [true, true]],
  ["the edition", manifest.replace("2024", "2021"), root, [true, true]],
  ["a description", manifest.replace("publish = false", 'description = "new"'), root, [true, true]],
  ["a byte order mark", `\ufeff${manifest}`, root, [false, false]],
  ["a large integer", `${manifest}[package.metadata]\nbig = 9223372036854775807\n`, root, [false, true]],
  [
    "a large integer of others",
    manifest,
    `${root}[workspace.metadata]\nbig = 9223372036854775807\n`,
    [false, false],
  ],
  ["what rustc is not told", manifest.replace("publish = false", ""), root, [false, true]],
  ["a dependency", `${manifest}rand = "0.9"\n`, root, [false, true]],
  ["lints of its own", `${manifest}[lints.rust]\nunused = "deny"\n`, root, [true, true]],
  ["a version that it inherits", manifest, root.replace("1.0.0", "1.0.1"), [true, true]],
  ["a licence that it does not inherit", manifest, root.replace("MIT", "ISC"), [false, false]],
  ["lints that it does not inherit", manifest, root.replace('"warn"', '"deny"'), [false, false]],
  ["a dependency that it inherits", manifest, root.replace('serde = "1"', 'serde = "2"'), [false, true]],
  ["a dependency of others", manifest, root.replace('rand = "0.9"', 'rand = "0.8"'), [false, false]],
  ["a profile, which the plan knows", manifest, root.replace("lto", "debug"), [false, false]],
])("%s", (_, own, workspace, expected) => {
  expect(changes([manifest, root], [own, workspace])).toEqual(expected);
});

test("lints that it inherits", () => {
  const other = root.replace('"warn"', '"deny"');
  expect(changes([inheriting, root], [inheriting, other])).toEqual([true, true]);
});

test("a readme of its own instead of the workspace's of that name, whose path counts from elsewhere", () => {
  const withReadme = (readme: string) => manifest.replace("publish = false", readme);
  const [inherited, own] = ["readme.workspace = true", 'readme = "README.md"'].map(withReadme);
  expect(changes([inherited ?? "", root], [own ?? "", root])).toEqual([true, true]);
});
