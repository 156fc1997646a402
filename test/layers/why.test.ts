import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { crates as common, workspace } from "./workspace.ts";

/** `asking` turns the feature `extra` of `leaf` on; `between` uses it. */
const crates = [
  ...common.filter(({ name }) => name !== "leaf"),
  publishedCrate("leaf", "[features]\nmore = []\nextra = []\n", {
    "src/lib.rs": "pub fn leaf() -> u32 { 1 }\n",
  }),
  publishedCrate("asking", '[dependencies]\nleaf = { version = "1", features = ["extra"] }\n'),
  publishedCrate("between", '[dependencies]\nasking = "1"\n'),
];

const project = tempProject(workspace, { crates });
afterAll(() => project[Symbol.dispose]());

/** What the build before it compiled of a package, and why. */
async function why(name: string): Promise<string[]> {
  const built = await project.gantry(["build"]);
  expect(built.status, built.err).toBe(0);
  const { out } = await project.gantry(["why", name]);
  return out.split("\n").filter((line) => line !== "");
}

beforeAll(async () => {
  project.lock();
  await why("leaf");
});

test("a feature that a member turned on", async () => {
  project.edit("helper/Cargo.toml", 'leaf = "1"', 'leaf = { version = "1", features = ["more"] }');
  expect(await why("leaf")).toEqual([
    "`app-deps` ran: the manifests or the lock changed",
    "  `leaf 1.0.0` (lib) compiled: feature `more` was added (by `helper`)",
  ]);
});

test("a feature that a new dependency of a new dependency turned on", async () => {
  project.edit("helper/Cargo.toml", 'leaf = { version = "1", features = ["more"] }', 'leaf = "1"');
  await why("leaf");
  project.edit("app/Cargo.toml", 'derive = "1"', 'derive = "1"\nbetween = "1"');
  project.lock();
  expect(await why("leaf")).toEqual([
    "`app-deps` ran: the manifests or the lock changed",
    "  `leaf 1.0.0` (lib) compiled: feature `extra` was added (by `asking 1` ← `between 1` ← `app`)",
  ]);
});
