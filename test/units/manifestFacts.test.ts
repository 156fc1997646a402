import { expect, test } from "vitest";
import { canonical } from "../../src/base/digest.ts";
import { manifestFacts } from "../../src/units/key/manifestFacts.ts";

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

/** Whether an edit tells rustc something else. */
function changes(from: readonly [string, string], to: readonly [string, string]): boolean {
  return canonical(manifestFacts(...from)) !== canonical(manifestFacts(...to));
}

test.each<[string, string, string, boolean]>([
  ["a comment", `# new\n${manifest}`, root, false],
  ["a feature", manifest.replace("fast", "quick"), root, true],
  ["the edition", manifest.replace("2024", "2021"), root, true],
  ["a description", manifest.replace("publish = false", 'description = "new"'), root, true],
  ["a byte order mark", `\ufeff${manifest}`, root, false],
  ["a large integer", `${manifest}[package.metadata]\nbig = 9223372036854775807\n`, root, false],
  ["a large integer of others", manifest, `${root}[workspace.metadata]\nbig = 9223372036854775807\n`, false],
  ["what rustc is not told", manifest.replace("publish = false", ""), root, false],
  ["a dependency", `${manifest}rand = "0.9"\n`, root, false],
  [
    "an optional dependency, which is a feature",
    `${manifest}rand = { version = "0.9", optional = true }\n`,
    root,
    true,
  ],
  [
    "the same, for building on one platform",
    `${manifest}[target."cfg(unix)".build-dependencies]\nrand = { version = "0.9", optional = true }\n`,
    root,
    true,
  ],
  ["lints of its own", `${manifest}[lints.rust]\nunused = "deny"\n`, root, true],
  ["a version that it inherits", manifest, root.replace("1.0.0", "1.0.1"), true],
  ["a licence that it does not inherit", manifest, root.replace("MIT", "ISC"), false],
  ["lints that it does not inherit", manifest, root.replace('"warn"', '"deny"'), false],
  ["a dependency that it inherits", manifest, root.replace('serde = "1"', 'serde = "2"'), false],
  ["a dependency of others", manifest, root.replace('rand = "0.9"', 'rand = "0.8"'), false],
  ["a profile, which the plan knows", manifest, root.replace("lto", "debug"), false],
])("%s", (_, own, workspace, expected) => {
  expect(changes([manifest, root], [own, workspace])).toEqual(expected);
});

test("lints that it inherits", () => {
  const other = root.replace('"warn"', '"deny"');
  expect(changes([inheriting, root], [inheriting, other])).toEqual(true);
});

test("a feature that names an optional dependency is no other than the one that this gives by itself", () => {
  const optional = `${manifest}rand = { version = "0.9", optional = true }\n`;
  const named = (feature: string) => optional.replace("fast = []", `fast = []\n${feature} = ["dep:rand"]`);
  expect(changes([optional, root], [named("rand"), root])).toEqual(false);
  expect(changes([named("dice"), root], [optional, root])).toEqual(true);
});

test("what rustc is told, of a table by its old name", () => {
  const old = manifest.replace("[package]", "[project]");
  const described = old.replace("publish = false", 'description = "new"');
  expect(changes([old, root], [described, root])).toEqual(true);
});

test("a readme of its own instead of the workspace's of that name, whose path counts from elsewhere", () => {
  const withReadme = (readme: string) => manifest.replace("publish = false", readme);
  const [inherited, own] = ["readme.workspace = true", 'readme = "README.md"'].map(withReadme);
  expect(changes([inherited ?? "", root], [own ?? "", root])).toEqual(true);
});
