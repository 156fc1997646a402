import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { gitRepository } from "../rig/gitRepository.ts";
import { tempProject } from "../rig/tempProject.ts";
import { buildOf } from "./buildOf.ts";

const directory = mkdtempSync(join(tmpdir(), "gantry-repository-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const { commit } = gitRepository(directory);
const first = commit({
  "Cargo.toml": '[workspace]\nmembers = ["my-dep", "helper"]\n\n[workspace.package]\nversion = "0.3.0"\n',
  "my-dep/Cargo.toml":
    '[package]\nname = "my-dep"\nversion.workspace = true\nedition = "2021"\n\n[dependencies]\nhelper = { path = "../helper" }\n',
  "my-dep/src/lib.rs": "pub fn say() -> String {\n    helper::word(1)\n}\n",
  "helper/Cargo.toml": '[package]\nname = "helper"\nversion.workspace = true\nedition = "2021"\n',
  "helper/src/lib.rs": 'pub fn word(times: usize) -> String {\n    "moo".repeat(times)\n}\n',
});
const second = commit({ "my-dep/src/lib.rs": "pub fn say() -> String {\n    helper::word(2)\n}\n" });

const url = `file://${directory}`;
const source = `git+${url}#${first}`;
const locked = (name: string, dependencies = "") =>
  `[[package]]\nname = "${name}"\nversion = "0.3.0"\nsource = "${source}"\n${dependencies}`;

const project = tempProject({
  "Cargo.toml": `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nmy-dep = { git = "${url}" }\n`,
  "src/main.rs": 'fn main() {\n    println!("{}", my_dep::say());\n}\n',
  "Cargo.lock": [
    "version = 4\n",
    '[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "my-dep",\n]\n',
    locked("helper"),
    locked("my-dep", 'dependencies = [\n "helper",\n]\n'),
  ].join("\n"),
  "patches/say.patch": [
    "--- a/my-dep/src/lib.rs",
    "+++ b/my-dep/src/lib.rs",
    "@@ -1,3 +1,3 @@",
    " pub fn say() -> String {",
    "-    helper::word(1)",
    "+    helper::word(3)",
    " }",
    "",
  ].join("\n"),
});
afterAll(() => project[Symbol.dispose]());

/** An override of the one checkout that there is. */
const withAttrs = (attrs: string) =>
  `overrideVendorGitCheckout: (lock, checkout) => lock.some(({ name }) => name === "my-dep") ? checkout.overrideAttrs(${attrs}) : checkout`;

const builds = (vendoring: string) => buildOf(project, vendoring);

const onlyMyDep = { app: ["app bin build"], "app-deps": ["my-dep lib build"] };

beforeEach(async () => {
  expect((await builds("")).says).toBe("moo");
});

test("a checkout is replaced by another commit as an input, and only the packages that differ are compiled", async () => {
  const input = `git({ url: ${JSON.stringify(url)}, rev: "${second}" })`;
  expect(await builds(withAttrs(`{ src: ${input} }`))).toEqual({ compiled: onlyMyDep, says: "moomoo" });
});

test("a checkout is patched as a whole, with paths from its root", async () => {
  expect(await builds(withAttrs('{ patches: ["patches/say.patch"] }'))).toEqual({
    compiled: onlyMyDep,
    says: "moomoomoo",
  });
});

test("commands edit a checkout as a whole", async () => {
  expect(await builds(withAttrs('{ postPatch: "sed -i s/1/4/ my-dep/src/lib.rs" }'))).toEqual({
    compiled: onlyMyDep,
    says: "moomoomoomoo",
  });
});

test("what comes from git can be vendored by itself, where nothing comes from a registry", async () => {
  const vendoring = "cargoVendorDir: crane.vendorGitDeps({ lockPackages: crane.lockPackages({ src }) })";
  expect(await builds(vendoring)).toEqual({ compiled: {}, says: "moo" });
  const edited = withAttrs('{ postPatch: "sed -i s/1/5/ my-dep/src/lib.rs" }');
  const override = `cargoVendorDir: crane.vendorGitDeps({ lockPackages: crane.lockPackages({ src }), ${edited} })`;
  expect(await builds(override)).toEqual({ compiled: onlyMyDep, says: "moomoomoomoomoo" });
});

test("a checkout that is replaced is not fetched: a repository that is gone does no harm", async () => {
  const gone = `git+file://${directory}-gone#${first}`;
  project.write("Cargo.lock", project.read("Cargo.lock").replaceAll(source, gone));
  project.edit("Cargo.toml", url, `${url}-gone`);
  const says = await builds(withAttrs(`{ src: path(${JSON.stringify(directory)}) }`));
  expect(says.says).toBe("moomoo");
});
