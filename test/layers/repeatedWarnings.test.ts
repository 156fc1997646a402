import { cpSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { afterAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import type { Ran } from "../rig/gantry.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const crates = [publishedCrate("noisy", "", { "src/lib.rs": "pub fn noisy() { let of_noisy = 1; }\n" })];

const files: Readonly<Record<string, string>> = {
  "Cargo.toml": '[workspace]\nmembers = ["app", "helper"]\nresolver = "3"\n',
  "app/Cargo.toml": `[package]
name = "app"
version = "0.1.0"
edition = "2024"
unknown = "of the manifest"

[dependencies]
helper = { path = "../helper" }
`,
  "app/src/main.rs": `fn main() {
    helper::help();
}

#[test]
fn prints() {
    use std::io::Write;
    writeln!(std::io::stderr(), "warning: of a test").unwrap();
}
`,
  "helper/Cargo.toml": `[package]
name = "helper"
version = "0.1.0"
edition = "2024"

[dependencies]
noisy = "1"
`,
  "helper/build.rs": 'fn main() {\n    println!("cargo::warning=of the build script");\n}\n',
  "helper/src/lib.rs": "pub fn help() {\n    noisy::noisy();\n    let of_helper = 1;\n}\n",
  "gantry.config.ts": `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const common = { src: crane.cleanCargoSource("."), pname: "app" };
  const cargoArtifacts = crane.buildDepsOnly(common);
  const layered = { ...common, cargoArtifacts };
  return {
    packages: { default: crane.buildPackage({ ...layered, doCheck: false }) },
    checks: { clippy: crane.cargoClippy(layered), test: crane.cargoTest({ ...layered, cargoProfile: "dev" }) },
  };
});
`,
};

const project = tempProject(files, { crates });
afterAll(() => project[Symbol.dispose]());

/** What Cargo says of the workspace. */
const ofBuild = [
  "warning: app/Cargo.toml: unused manifest key: package.unknown",
  "warning: helper@0.1.0: of the build script",
  "warning: unused variable: `of_helper`",
];

/** The first lines of all warnings that a person reads. */
function warningsIn({ err }: Ran): string[] {
  return stripVTControlCharacters(err)
    .split("\n")
    .filter((line) => line.startsWith("warning"));
}

async function gantry(...words: string[]): Promise<Ran> {
  const ran = await project.gantry(words);
  expect(ran.status, ran.err).toBe(0);
  return ran;
}

test("a build that compiles nothing says the warnings of the project's own code again, also quietly", async () => {
  project.lock();
  expect(warningsIn(await gantry("build")).toSorted()).toEqual(ofBuild.toSorted());
  const again = await gantry("build");
  expect(again.err).not.toContain("Compiling");
  expect(warningsIn(again).toSorted()).toEqual(ofBuild.toSorted());
  expect(again.err).toMatch(/\n --> helper\/src\/lib\.rs:3:9\n/);
  expect(warningsIn(await gantry("build", "-q")).toSorted()).toEqual(ofBuild.toSorted());
  // A program that reads it has them as lines of the step that had them.
  const { events } = await gantry("build", "--log-format", "json");
  const told = events.filter(({ type }) => type === "output" || type === "step");
  expect(told.at(-1)).toMatchObject({ name: "app", status: "cached" });
  expect(told.filter(({ step }) => step === "app").map(({ line }) => line)).toContain(ofBuild[2]);
  expect(compiledUnits(events)).toEqual({});
});

test("the log of the step has them once", async () => {
  const { out } = await gantry("log", "app");
  expect(out.match(/unused variable: `of_helper`/g)).toHaveLength(1);
});

test("the warnings of a package that is restored are said again, and those of one that is compiled", async () => {
  project.edit("app/src/main.rs", "helper::help();", "helper::help();\n    let of_app = 1;");
  const both = [...ofBuild, "warning: unused variable: `of_app`"].toSorted();
  const edited = await gantry("build");
  expect(edited.err).not.toContain("Compiling helper");
  expect(warningsIn(edited).toSorted()).toEqual(both);
  expect(warningsIn(await gantry("build")).toSorted()).toEqual(both);
  project.edit("app/src/main.rs", "\n    let of_app = 1;", "");
  expect(warningsIn(await gantry("build")).toSorted()).toEqual(ofBuild.toSorted());
});

test("another checkout has them, too", async () => {
  using other = tempProject(files, { crates, store: project.store });
  cpSync(`${project.root}/Cargo.lock`, `${other.root}/Cargo.lock`);
  const ran = await other.gantry(["build"]);
  expect(ran.err).not.toContain("Compiling");
  expect(warningsIn(ran).toSorted()).toEqual(ofBuild.toSorted());
});

test("checks that are cached say them again, each once, and nothing that a test printed", async () => {
  await gantry("check");
  const again = await gantry("check");
  expect(again.err).toMatch(/\nclippy +ok +(?:\S+ +)?cached +1 warning\n/);
  const said = warningsIn(again);
  expect(said.filter((line) => line === ofBuild[2])).toHaveLength(1);
  expect(said).not.toContain("warning: of a test");
});
