import { afterAll, beforeAll, expect, test } from "vitest";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { crates as common, workspace } from "./workspace.ts";

const leaf = (version: string) =>
  publishedCrate(
    "leaf",
    "[features]\nmore = []\nextra = []\n",
    { "src/lib.rs": "pub fn leaf() -> u32 { 1 }\n" },
    version,
  );

const [first, next] = [leaf("1.0.0"), leaf("1.0.1")];

/** `asking` turns the feature `extra` of `leaf` on; `between` uses it. */
const crates = [
  ...common.filter(({ name }) => name !== "leaf"),
  ...[first, next],
  publishedCrate("asking", '[dependencies]\nleaf = { version = "1", features = ["extra"] }\n'),
  publishedCrate("between", '[dependencies]\nasking = "1"\n'),
];

const project = tempProject(workspace, { crates });
afterAll(() => project[Symbol.dispose]());

/** What a build compiles of a package or a step, and why. */
async function why(name: string, ...args: readonly string[]): Promise<string[]> {
  const built = await project.gantry(["build", ...args]);
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

test("what differs from the last build counts, also where that came from the store", async () => {
  await why("app");
  await why("app", "-p", "helper");
  expect(await why("app")).toEqual(["`app` did not run: its result was in the store"]);
  expect(await why("app")).toEqual(["`app` did not run: nothing that it is made from changed"]);
  project.edit("helper/src/lib.rs", "{", "{\n    // edited");
  expect(await why("app")).toEqual([
    "`app` ran: `helper/src/lib.rs` changed",
    "  `helper 0.1.0` (lib) compiled: `helper/src/lib.rs` changed",
    "  `app 0.1.0` (bin) compiled: its dependency `helper 0.1` was compiled",
  ]);
});

test("a unit that the last build did not need is compared with when it was last there", async () => {
  expect(await why("app", "-p", "helper")).toEqual([
    "`app` ran: its commands changed: `--package helper` was added",
    "  `helper 0.1.0` (lib) compiled: its dependency `leaf 1` is not the one of the last time",
  ]);
  project.edit("app/src/main.rs", "fn main() {", "fn main() {\n    // edited");
  expect(await why("app")).toEqual([
    "`app` ran: its commands changed: `--package helper` was removed",
    "  `app 0.1.0` (bin) compiled: `app/src/main.rs` changed",
  ]);
});

test("another version of a dependency, with both versions wherever it is the reason", async () => {
  await why("app");
  project.edit("Cargo.lock", `"leaf"\nversion = "1.0.0"`, `"leaf"\nversion = "1.0.1"`);
  project.edit("Cargo.lock", first.checksum, next.checksum);
  expect(await why("leaf")).toEqual([
    "`app-deps` ran: the manifests or the lock changed",
    "  `leaf 1.0.1` (lib) compiled: its version changed from 1.0.0 to 1.0.1",
  ]);
  const { out } = await project.gantry(["why", "helper"]);
  expect(out).toContain(
    "  `helper 0.1.0` (lib) compiled: its dependency `leaf` changed from 1.0.0 to 1.0.1\n",
  );
});
