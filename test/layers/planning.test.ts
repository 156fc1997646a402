import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { tempProject } from "../rig/tempProject.ts";
import { crates, workspace } from "./workspace.ts";

const project = tempProject(workspace, { crates });
afterAll(() => project[Symbol.dispose]());

const hooked = `import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const common = { src: crane.cleanCargoSource("."), pname: "app" };
  const cargoArtifacts = crane.buildDepsOnly({ ...common, preBuild: "echo hooked" });
  return { packages: { default: crane.buildPackage({ ...common, cargoArtifacts, doCheck: false }) } };
});
`;

/** What a build compiles, and how often it had Cargo plan. */
async function build(): Promise<{ compiled: Record<string, string[]>; plans: number }> {
  const record = join(project.root, "../measures");
  rmSync(record, { force: true });
  const recorder = join(import.meta.dirname, "../../bench/recordMeasures.mjs");
  const ran = await project.gantry(["build", "--log-format", "json"], {
    env: { NODE_OPTIONS: `--import=${recorder}`, GANTRY_BENCH_MEASURES: record },
  });
  expect(ran.status, ran.out + ran.err).toBe(0);
  const measures = existsSync(record) ? readFileSync(record, "utf8") : "";
  return { compiled: compiledUnits(ran.events), plans: measures.match(/^plan /gm)?.length ?? 0 };
}

beforeAll(async () => {
  project.lock();
  expect((await build()).plans).toBe(2);
});

test("an edit of code is not planned again", async () => {
  project.edit("app/src/main.rs", "fn main", "// edited\nfn main");
  expect(await build()).toEqual({ compiled: { app: ["app bin build"] }, plans: 0 });
});

test("another file of code is, since it may be a target; a layer that has all of its units compiles no stubs", async () => {
  const printed = async () => (await project.gantry(["log", "app-deps"])).out;
  expect(await printed()).toContain("Compiling helper");
  project.write("app/src/bin/more.rs", "fn main() {}\n");
  expect(await build()).toEqual({ compiled: { app: ["app bin build"] }, plans: 2 });
  expect(await printed()).toBe("");
});

test("so is a manifest", async () => {
  project.edit("app/Cargo.toml", "[package]", "[features]\nextra = []\n\n[package]");
  expect((await build()).plans).toBeGreaterThan(0);
});

test("what was planned before is known", async () => {
  project.edit("app/Cargo.toml", "[features]\nextra = []\n\n", "");
  project.edit("helper/src/lib.rs", "pub fn help", "/// Helps.\npub fn help");
  expect((await build()).plans).toBe(0);
});

test("a layer with a hook runs, though it has all of its units", async () => {
  using other = tempProject({ ...workspace, "gantry.config.ts": hooked }, { crates });
  other.lock();
  expect(await other.gantry(["build"])).toMatchObject({ status: 0 });
  other.write("app/src/bin/more.rs", "fn main() {}\n");
  expect(await other.gantry(["build"])).toMatchObject({ status: 0 });
  expect((await other.gantry(["log", "app-deps"])).out).toMatch(/^hooked\n[\s\S]*Compiling helper/);
});
