import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CrateRegistry, crateRegistry } from "../fetch/registry/crateRegistry.ts";
import { gitBackend, writeGitIndex } from "../fetch/registry/gitIndex.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";
import { configuration } from "./project.ts";

const leaf = publishedCrate("leaf", "", { "src/lib.rs": "pub fn value() -> u32 {\n    7\n}\n" });
const project: TempProject = tempProject({});
const served = join(project.home, "../served");

let registry: CrateRegistry;
let index = "";
let rev = "";

/** The registry's name is not in any configuration, so that Cargo could not find its downloads. */
beforeAll(async () => {
  registry = await crateRegistry([leaf], { also: gitBackend(served) });
  rev = writeGitIndex(join(served, "index"), [leaf], registry.base);
  index = `${registry.base}/git/index`;
  project.write(
    "Cargo.toml",
    `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nleaf = { version = "1", registry-index = "${index}" }\n`,
  );
  project.write("src/main.rs", 'fn main() {\n    println!("{}", leaf::value());\n}\n');
  project.write(
    "Cargo.lock",
    [
      "version = 4\n",
      '[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "leaf",\n]\n',
      `[[package]]\nname = "leaf"\nversion = "1.0.0"\nsource = "registry+${index}"\nchecksum = "${leaf.checksum}"\n`,
    ].join("\n"),
  );
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

async function build(commit: string) {
  const declared = `crane.registryFromGitIndex({ indexUrl: "${index}", rev: "${commit}" })`;
  const text = configuration("").replace(
    "crane.buildPackage",
    `crane.appendCrateRegistries([${declared}]).buildPackage`,
  );
  project.write("gantry.config.ts", text);
  const ran = await project.gantry(["build", "--color", "never", "-q"]);
  return { status: ran.status, said: ran.err.replaceAll(/:\d{4,5}\//g, ":<port>/").trim() };
}

test("a commit that the index does not have is an error that names both", async () => {
  const none = "0123456789abcdef0123456789abcdef01234567";
  const { status, said } = await build(none);
  expect(status).toBe(1);
  expect(said).toContain("http://127.0.0.1:<port>/git/index");
  expect(said).toContain(none);
});

test("a crate is downloaded from where the index's `config.json` says at that commit, once, without Cargo", async () => {
  expect(await build(rev)).toEqual({ status: 0, said: "" });
  expect(execFileSync(`${project.root}/result/bin/app`, { encoding: "utf8" })).toBe("7\n");
  expect(registry.requests).toEqual(["GET /dl/leaf-1.0.0.crate"]);
});

test("what is in the store is built without the server", async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(served, { recursive: true });
  project.edit("src/main.rs", "leaf::value()", "2 * leaf::value()");
  expect(await build(rev)).toEqual({ status: 0, said: "" });
  expect(execFileSync(`${project.root}/result/bin/app`, { encoding: "utf8" })).toBe("14\n");
});
