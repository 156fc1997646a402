import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compiledUnits } from "../rig/compiledUnits.ts";
import { oldToolchain } from "../rig/oldToolchain.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";
import { crates, workspace } from "./workspace.ts";

const rustup = mkdtempSync(join(tmpdir(), "gantry-rustup-"));
const project = tempProject(workspace, { crates });
afterAll(() => {
  project[Symbol.dispose]();
  rmSync(rustup, { recursive: true });
});

const env = { RUSTUP_HOME: rustup };

/** What a build compiles, and what it notes. */
async function build(): Promise<{ compiled: Record<string, string[]>; notes: unknown[] }> {
  const ran = await project.gantry(["build", "--log-format", "json"], { env });
  expect(ran.status, ran.out + ran.err).toBe(0);
  const notes = ran.events.filter(({ type }) => type === "note").map(({ text }) => text);
  return { compiled: compiledUnits(ran.events), notes };
}

const members = { app: ["app bin build", "helper lib build"] };
const note = (begins: string) => `the toolchain's Cargo prints no unit graph: ${begins}`;

beforeAll(() => {
  oldToolchain(rustup);
  project.lock();
});

test("the first build compiles everything, and says why", async () => {
  expect(await build()).toEqual({
    compiled: {
      "app-deps": [
        ...["derive proc-macro build", "leaf lib build", "middle lib build"],
        ...["scripted custom-build build", "scripted lib build"],
      ],
      ...members,
    },
    notes: [note("`app-deps` begins with nothing"), note("`app` begins with the layer below, 6 units")],
  });
});

test("a second build runs nothing", async () => {
  expect(await build()).toEqual({ compiled: {}, notes: [] });
});

test("after an edit of a member no dependency is compiled, but all members are", async () => {
  project.edit("app/src/main.rs", "fn main", "// edited\nfn main");
  expect(await build()).toEqual({
    compiled: members,
    notes: [note("`app` begins with the layer below, 6 units")],
  });
  const { out } = await project.gantry(["why"], { env });
  expect(out.split("\n").filter((line) => line !== "")).toEqual([
    "`app-deps` did not run: nothing that it is made from changed",
    "`app` ran: `app/src/main.rs` changed",
    `  ${note("`app` begins with the layer below, 6 units")}`,
    "  `helper 0.1.0` (lib) compiled: without a unit graph the project's own packages are compiled each time",
    "  `app 0.1.0` (bin) compiled: without a unit graph the project's own packages are compiled each time",
  ]);
});

test("after a dependency's feature was turned on: the nearest earlier layer, and in it what changed", async () => {
  project.edit("helper/Cargo.toml", 'leaf = "1"', 'leaf = { version = "1", features = ["more"] }');
  expect(await build()).toEqual({
    compiled: { "app-deps": ["leaf lib build", "middle lib build"], ...members },
    notes: [
      note("`app-deps` begins with the nearest earlier layer, 6 units"),
      note("`app` begins with the layer below, 6 units"),
    ],
  });
});

test("after an edit of a function's result, the program says the new one", async () => {
  project.edit("helper/src/lib.rs", "leaf::leaf()", "leaf::leaf() + 41");
  const ran = await project.gantry(["run"], { env });
  expect([ran.status, ran.out]).toEqual([0, "42\n"]);
});

test("a crate with another content and the same version is compiled, although Cargo would take it as it was", async () => {
  const leaf = publishedCrate("leaf", "[features]\nmore = []\n", {
    "src/lib.rs": "pub fn leaf() -> u32 { 7 }\n",
  });
  const others = crates.map((each) => (each.name === "leaf" ? leaf : each));
  using other = tempProject(workspace, { crates: others, store: project.store });
  other.lock();
  const ran = await other.gantry(["run", "--log-format", "json"], { env });
  expect(ran.out).toContain("7\n");
  expect(compiledUnits(ran.events)).toEqual({
    "app-deps": ["leaf lib build", "middle lib build"],
    ...members,
  });
});

test("with another variable, which any build script or macro may read: nothing of the earlier layer", async () => {
  project.edit("gantry.config.ts", "env: {}", 'env: { GREETING: "hello" }');
  const { notes } = await build();
  expect(notes[0]).toBe(note("`app-deps` begins with nothing"));
});
