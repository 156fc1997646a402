import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { type TempProject, tempProject } from "../rig/tempProject.ts";

/**
 * `plain` is code alone, and so is `sized`, which includes a file of a native package; `scripted` has a build script, and
 * `above` is built on it.
 */
const crates = [
  publishedCrate("plain", "", { "src/lib.rs": "pub fn plain() {}\n" }),
  publishedCrate("sized", "", {
    "src/lib.rs": 'pub const SIZE: usize = include_bytes!("/usr/bin/pkg-config").len();\n',
  }),
  publishedCrate("scripted", "", {
    "build.rs": 'fn main() { println!("cargo::rerun-if-changed=build.rs"); }\n',
    "src/lib.rs": "pub fn scripted() {}\n",
  }),
  publishedCrate("above", '[dependencies]\nscripted = "1"\n', { "src/lib.rs": "pub use scripted::*;\n" }),
];

const files = (name: string, natives: string) => ({
  "Cargo.toml": `[package]
name = "${name}"
version = "0.1.0"
edition = "2021"

[dependencies]
plain = "1"
sized = "1"
above = "1"
`,
  "src/main.rs": 'fn main() {\n    println!("{}", sized::SIZE > 0);\n}\n',
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane, pkgs }) => {
  const common = { src: crane.cleanCargoSource("."), nativeBuildInputs: [${natives}] };
  const cargoArtifacts = crane.buildDepsOnly(common);
  return { packages: { default: crane.buildPackage({ ...common, cargoArtifacts, doCheck: false }) } };
});
`,
});

const first = tempProject(files("first", "pkgs.pkgConfig"), { crates });
afterAll(() => first[Symbol.dispose]());

async function compiles(project: TempProject): Promise<string[]> {
  project.lock();
  const ran = await project.gantry(["build", "--log-format", "json"]);
  expect(ran.status, ran.out + ran.err).toBe(0);
  return Object.values(compiledUnits(ran.events)).flat();
}

const mayNotice = [
  "above lib build",
  ...["scripted custom-build build", "scripted lib build"],
  "sized lib build",
];

beforeAll(async () => {
  expect(await compiles(first)).toEqual([
    ...mayNotice.slice(0, 1),
    "plain lib build",
    ...mayNotice.slice(1),
    "first bin build",
  ]);
}, 120_000);

test("all of them are kept", async () => {
  first.edit("src/main.rs", "fn main", "// edited\nfn main");
  expect(await compiles(first)).toEqual(["first bin build"]);
});

test("with another native package: what could notice it, and what is built on that", async () => {
  using second = tempProject(files("second", "pkgs.pkgConfig, pkgs.zlib"), { crates, store: first.store });
  expect(await compiles(second)).toEqual([...mayNotice, "second bin build"]);
});
