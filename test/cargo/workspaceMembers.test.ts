import { join } from "node:path";
import { expect, test } from "vitest";
import { manifestReader } from "../../src/cargo/workspace/manifestReader.ts";
import { workspaceMembers } from "../../src/cargo/workspace/workspaceMembers.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { shownError } from "./shownError.ts";

/** The members of a workspace that consists of these manifests, by directory. */
function members(manifests: Readonly<Record<string, string>>) {
  const texts = Object.entries(manifests).map(
    ([directory, text]) => [join(directory, "Cargo.toml"), text] as const,
  );
  return workspaceMembers(manifestReader(new Map(texts)), ".");
}

function list(manifests: Readonly<Record<string, string>>): string[] {
  return valueOfResult(members(manifests)).map(({ directory }) => directory);
}

function crate(name: string, dependencies = ""): string {
  return `[package]\nname = "${name}"\n[dependencies]\n${dependencies}`;
}

test("globs, exclusion, and path dependencies inside the root", () => {
  expect(
    list({
      ".": '[workspace]\nmembers = ["crates/*", "tools/x"]\nexclude = ["crates/old"]\n[workspace.dependencies]\nshared = { path = "deep/shared" }\n',
      "crates/a": crate(
        "a",
        'near = { path = "../../near" }\nfar = { path = "../../../far" }\nshared.workspace = true\n',
      ),
      "crates/.hidden": crate("hidden"),
      "crates/old": crate("old"),
      "crates/a/nested": crate("nested"),
      "deep/shared": crate("shared", 'old = { path = "../../crates/old" }\n'),
      near: crate("near", 'again = { path = "../again/" }\n'),
      again: crate("again"),
      "tools/x": crate("x"),
      "tools/y": crate("y"),
      "../far": crate("far"),
    }),
  ).toEqual(["again", "crates/.hidden", "crates/a", "deep/shared", "near", "tools/x"]);
});

test("a member that is named is not excluded", () => {
  expect(
    list({
      ".": '[workspace]\nmembers = ["old/keep"]\nexclude = ["old"]\n',
      "old/keep": crate("keep"),
      "old/drop": crate("drop"),
    }),
  ).toEqual(["old/keep"]);
});

test("the root's own package is a member", () => {
  expect(
    list({
      ".": `${crate("app", 'lib = { path = "lib" }\n')}[workspace]\n`,
      lib: crate("lib"),
      other: crate("other"),
    }),
  ).toEqual([".", "lib"]);
});

test("`**` crosses directories, `*` does not", () => {
  const crates = { a: crate("a"), "x/b": crate("b"), "x/y/c": crate("c") };
  expect(list({ ".": '[workspace]\nmembers = ["x/**"]\n', ...crates })).toEqual(["x/b", "x/y/c"]);
  expect(list({ ".": '[workspace]\nmembers = ["x/*/"]\n', ...crates })).toEqual(["x/b"]);
});

test("a member that is not there", () => {
  expect(shownError(members({ ".": '[workspace]\nmembers = ["x/*", "gone"]\n' }))).toBe(
    'error[workspace-member]: workspace member `gone` has no `Cargo.toml`\n  --> Cargo.toml:2:19\nmembers = ["x/*", "gone"]\n                  ^^^^^^ not found',
  );
});
