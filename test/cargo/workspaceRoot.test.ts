import { execFileSync } from "node:child_process";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { ok } from "../../src/base/result.ts";
import { parseToml } from "../../src/cargo/toml/toml.ts";
import { findWorkspaceRoot, workspaceKeys } from "../../src/cargo/workspace/workspaceRoot.ts";
import { tree } from "../project/tree.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

function crate(name: string, more = ""): string {
  return `[package]\nname = "${name}"\nversion = "0.0.0"\nedition = "2024"\n${more}`;
}

const manifests: Readonly<Record<string, string>> = {
  ".": '[workspace]\nmembers = ["crates/*", "out/kept"]\nexclude = ["out", "other", "crates/*/no", "inner"]\n',
  "crates/a": crate("a"),
  out: crate("out"),
  "out/below": crate("below"),
  "out/kept": crate("kept"),
  other: crate("other", '[workspace]\nmembers = ["b"]\n'),
  "other/b": crate("b"),
  "inner/root": '[workspace]\nmembers = ["../c", "../c/d"]\n',
  "inner/c": crate("c", 'workspace = "../root"\n'),
  "inner/c/d": crate("d"),
  "inner/excluding": '[workspace]\nexclude = ["alone"]\n',
  "inner/excluding/alone": crate("alone"),
  "out/target/package": crate("verified"),
};

const roots: readonly (readonly [package_: string, root: string])[] = [
  [".", "."],
  ["crates/a", "."],
  ["out", "out"],
  ["out/below", "out/below"],
  ["out/kept", "."],
  ["other", "other"],
  ["other/b", "other"],
  ["inner/c", "inner/root"],
  ["inner/c/d", "inner/root"],
  ["inner/excluding/alone", "inner/excluding/alone"],
  ["out/target/package", "out/target/package"],
];

/** A package in no workspace is its own root. */
function rootOf(directory: string): string {
  const found = findWorkspaceRoot(directory, (at) => {
    const text = manifests[at];
    return ok(
      text === undefined ? undefined : workspaceKeys(valueOfResult(parseToml("Cargo.toml", text)).table),
    );
  });
  return valueOfResult(found)?.directory ?? directory;
}

test.each(roots)("the package in `%s` belongs to the workspace in `%s`", (directory, root) => {
  expect(rootOf(directory)).toBe(root);
});

test("and Cargo says the same", () => {
  const files = Object.entries(manifests).flatMap(([directory, text]): [string, string][] => [
    [join(directory, "Cargo.toml"), text],
    ...(text.includes("[package]") ? [[join(directory, "src/lib.rs"), ""] as [string, string]] : []),
  ]);
  using project = tree(Object.fromEntries(files));
  const found = roots.map(([directory]) => {
    const options = { cwd: join(project.path, directory), encoding: "utf8", stdio: "pipe" } as const;
    const manifest = execFileSync(
      "cargo",
      ["locate-project", "--workspace", "--message-format=plain"],
      options,
    );
    return [directory, relative(project.path, dirname(manifest.trim())) || "."];
  });
  expect(found).toEqual(roots);
});

test("what a manifest points to is named with who points there", () => {
  const pointing = { pointer: "../../gone/" };
  const keysIn = (at: string) => ok(at === "/p/a/b" ? pointing : undefined);
  expect(findWorkspaceRoot("/p/a/b/c", keysIn)).toEqual(
    ok({ directory: "/p/gone", pointer: { directory: "/p/a/b", written: "../../gone/" } }),
  );
  expect(findWorkspaceRoot("/p/a", keysIn)).toEqual(ok(undefined));
});
