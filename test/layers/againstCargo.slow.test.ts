import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { compiledByCargo } from "../rig/compiledByCargo.ts";
import { compiledByGantry } from "../rig/compiledByGantry.ts";
import { lockText } from "../rig/lockText.ts";
import { tempProject } from "../rig/tempProject.ts";
import { type Snapshot, snapshot } from "../units/snapshot.ts";
import { age } from "../units/writeFiles.ts";
import { realCrates } from "./realCrates.ts";
import { realWorkspace } from "./realWorkspace.ts";

const base = mkdtempSync(join(tmpdir(), "gantry-against-cargo-"));
const project = tempProject(realWorkspace, { store: join(base, "store") });
afterAll(() => {
  rmSync(base, { recursive: true });
  project[Symbol.dispose]();
});

/** What the crates are downloaded to, unless they are there. */
const home = { CARGO_HOME: process.env.CARGO_HOME || join(homedir(), ".cargo") };

const manifests = ["Cargo.toml", "app/Cargo.toml", "helper/Cargo.toml", "records/Cargo.toml"];

function lock(serde: Parameters<typeof realCrates>[0] = "1.0.227"): void {
  project.write("Cargo.lock", lockText(manifests.map(project.read), realCrates(serde)));
}

type Build = {
  /** A variable of the step, which the build script of `app` reads. */
  readonly greeting?: string;
  /** What of the workspace. Default: all. */
  readonly words?: readonly string[];
};

/** Which units each compiles, building on what it built before. */
async function compile({ greeting = "hello", words = [] }: Build = {}): Promise<Compiled> {
  const env = { ...process.env, CARGO_TARGET_DIR: join(base, "target-cargo"), GREETING: greeting };
  const cargo = compiledByCargo(["build", "--locked", ...words], { cwd: project.root, env });
  const ran = await project.gantry(["build", ...words, "--log-format", "json"], { env: home });
  expect(ran.status, ran.out + ran.err).toBe(0);
  return { cargo: cargo.sort(), gantry: compiledByGantry(ran.events).sort() };
}

type Compiled = { readonly cargo: readonly string[]; readonly gantry: readonly string[] };

let warm: Snapshot;

beforeAll(async () => {
  lock();
  age(project.root, new Map(Object.entries(realWorkspace)));
  const { cargo, gantry } = await compile();
  expect(gantry).toEqual(cargo);
  warm = snapshot(join(base, "warm"), base, ["store"]);
  warm.take();
}, 300_000);

beforeEach(() => {
  for (const [path, text] of Object.entries(realWorkspace)) project.write(path, text);
  lock();
  age(project.root, new Map(Object.entries(realWorkspace)));
  warm.restore();
});

test("nothing changed: neither compiles anything", async () => {
  expect(await compile()).toEqual({ cargo: [], gantry: [] });
});

test("`rayon` is added: it, what it needs, and the program that uses it", async () => {
  project.edit("app/Cargo.toml", 'itoa = "1"\n', 'itoa = "1"\nrayon = "1"\n');
  lock();
  expect(await compile()).toEqual(
    both([
      "app 0.1.0 bin build",
      ...["crossbeam-deque 0.8.8 custom-build build", "crossbeam-deque 0.8.8 lib build"],
      ...["crossbeam-epoch 0.9.21 custom-build build", "crossbeam-epoch 0.9.21 lib build"],
      ...["crossbeam-utils 0.8.23 custom-build build", "crossbeam-utils 0.8.23 lib build"],
      "rayon 1.11.0 lib build",
      ...["rayon-core 1.13.0 custom-build build", "rayon-core 1.13.0 lib build"],
    ]),
  );
});

test("`serde` is bumped by a patch: the crates of that version, and what is built on them", async () => {
  lock("1.0.228");
  expect(await compile()).toEqual(
    both([
      "records 0.1.0 bin build",
      ...["serde 1.0.228 custom-build build", "serde 1.0.228 lib build"],
      ...["serde_core 1.0.228 custom-build build", "serde_core 1.0.228 lib build"],
      "serde_derive 1.0.228 proc-macro build",
    ]),
  );
});

test("a feature of a dependency is turned on: the crates that have it, and what is built on them", async () => {
  project.edit("records/Cargo.toml", '["derive"]', '["derive", "rc"]');
  expect(await compile()).toEqual(
    both([
      "records 0.1.0 bin build",
      ...["serde 1.0.227 custom-build build", "serde 1.0.227 lib build"],
      ...["serde_core 1.0.227 custom-build build", "serde_core 1.0.227 lib build"],
    ]),
  );
});

test("a dependency is removed: the package that had it", async () => {
  project.edit("app/Cargo.toml", 'itoa = "1"\n', "");
  lock();
  expect(await compile()).toEqual(both(["app 0.1.0 bin build"]));
});

test("a variable that a build script reads: the program of that build script", async () => {
  project.edit("gantry.config.ts", '"hello"', '"goodbye"');
  expect(await compile({ greeting: "goodbye", words: ["-p", "app"] })).toEqual(both(["app 0.1.0 bin build"]));
});

test("the same where macros run: what uses them as well, for they may read it and Cargo would not know", async () => {
  project.edit("gantry.config.ts", '"hello"', '"goodbye"');
  expect(await compile({ greeting: "goodbye" })).toEqual({
    cargo: ["app 0.1.0 bin build"],
    gantry: ["app 0.1.0 bin build", "records 0.1.0 bin build"],
  });
});

/** Gantry compiles exactly these, and so does plain Cargo. */
function both(units: readonly string[]): Compiled {
  return { cargo: units, gantry: units };
}
