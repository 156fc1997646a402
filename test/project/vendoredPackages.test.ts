import { expect, test } from "vitest";
import type { Filter } from "../../src/derivation/model.ts";
import { vendorDirectories } from "../../src/project/scan/vendoredPackages.ts";
import { memoryCache, scan } from "./scan.ts";
import { tree } from "./tree.ts";

const crate = (path: string, manifest = "") => ({
  [`${path}/.cargo-checksum.json`]: "{}",
  [`${path}/Cargo.toml`]: manifest,
  [`${path}/src/lib.rs`]: "",
});

const source = (directory: string) => `[source.vendored]\ndirectory = "${directory}"\n`;

/** The directories of what a scan keeps of a project with these files. */
function kept(
  files: Readonly<Record<string, string>>,
  { filter = { kind: "everything" }, workspace = "" }: { filter?: Filter; workspace?: string } = {},
): string[] {
  using project = tree({ "Cargo.toml": "", "src/main.rs": "", ...files });
  const settings = workspace === "" ? ".cargo/config.toml" : `${workspace}/.cargo/config.toml`;
  const configs = [{ file: `${project.path}/${settings}`, text: files[settings] ?? "" }];
  const vendored = vendorDirectories(project.path, workspace, configs);
  const paths = scan(project.path, filter, { ...memoryCache(), vendored }).map(({ path }) => path);
  const manifests = paths.filter((path) => path.endsWith("/Cargo.toml"));
  return manifests.map((path) => path.slice(0, -"/Cargo.toml".length));
}

test("what vendoring wrote is no part of a source, whether Cargo was told of it or not", () => {
  const crates = { ...crate("vendor/a"), ...crate("vendor/more/b"), ...crate("third party/c") };
  const others = { "vendor/own/Cargo.toml": "", "tests/data/Cargo.toml": "", ...crate("tests/d") };
  expect(kept({ ...crates, ...others })).toEqual(["tests/d", "tests/data", "third party/c", "vendor/own"]);
  const config = { ".cargo/config.toml": source("third party") };
  expect(kept({ ...crates, ...others, ...config })).toEqual(["tests/d", "tests/data", "vendor/own"]);
  expect(kept(crate("a"), { filter: { kind: "cargo" } })).toEqual(["a"]);
});

test("beside a lock that lies below the source's root, too", () => {
  const files = { ...crate("ws/vendor/a"), ...crate("crates/b"), ...crate("vendor/c") };
  expect(kept({ ...files, "ws/.cargo/config.toml": source("../crates") }, { workspace: "ws" })).toEqual([
    "vendor/c",
  ]);
});

test.each<[string, Record<string, string>]>([
  ["a dependency", { "Cargo.toml": '[dependencies]\na = { path = "vendor/a" }\n' }],
  ["a patch", { "Cargo.toml": '[patch.crates-io]\na = { path = "./vendor/a/" }\n' }],
  ["a member", { "Cargo.toml": '[workspace]\nmembers = ["vendor/a*"]\n' }],
  ["a member's dependency", { "app/Cargo.toml": '[dependencies.a]\npath = "../vendor/a"\n' }],
  ["a dependency of one that stays", { "vendor/own/Cargo.toml": '[dependencies]\na = { path = "../a" }\n' }],
  ["a patch of Cargo's settings", { ".cargo/config.toml": '[patch.crates-io]\na.path = "vendor/a"\n' }],
  ["`paths` of Cargo's settings", { ".cargo/config.toml": 'paths = ["vendor/a"]\n' }],
])("%s that is used by its path stays", (_, files) => {
  const own = Object.keys(files).flatMap((path) => /^(.+)\/Cargo\.toml$/.exec(path)?.[1] ?? []);
  expect(kept({ ...crate("vendor/a"), ...crate("vendor/b"), ...files })).toEqual([...own, "vendor/a"].sort());
});

test("what a filter names itself stays", () => {
  const files = { ...crate("vendor/a"), ...crate("vendor/b") };
  const globs = (...patterns: string[]): Filter => ({ kind: "globs", patterns });
  expect(kept(files, { filter: globs("vendor/a/**", "vendor/b/Cargo.toml") })).toEqual([
    "vendor/a",
    "vendor/b",
  ]);
  expect(kept(files, { filter: globs("vendor") })).toEqual(["vendor/a", "vendor/b"]);
  expect(kept(files, { filter: globs("**") })).toEqual([]);
});
