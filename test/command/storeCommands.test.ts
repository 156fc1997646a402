import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const manifest = '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n';
const project = tempProject({
  "Cargo.toml": manifest,
  "src/main.rs": 'fn main() {\n    println!("1");\n}\n',
});

/** Runs the command line and gives what can be seen of it, without what differs from run to run. */
async function gantry(...args: readonly string[]) {
  const { status, out, err } = await project.gantry(args);
  return { status, out: project.shown(out), err: project.shown(err) };
}

/** Makes every record look as if it had last been used so many days ago. */
function age(days: number): void {
  const database = new DatabaseSync(`${project.store}/index.sqlite`);
  database.exec(`UPDATE records SET used = used - ${days}`);
  database.close();
}

beforeAll(async () => {
  project.lock();
  const built = await project.gantry(["build"]);
  if (built.status !== 0) throw new Error(built.err);
});
afterAll(() => project[Symbol.dispose]());

test("`store path` is where it lies", async () => {
  expect(await gantry("store", "path")).toEqual({ status: 0, out: "<store>\n", err: "" });
});

test("`store stats` counts by kind", async () => {
  const { status, out } = await project.gantry(["store", "stats", "--format", "json"]);
  const stats = JSON.parse(out);
  expect([status, stats.path, stats.kinds.map((each: { kind: string }) => each.kind)]).toEqual([
    0,
    project.store,
    expect.arrayContaining(["result", "unit"]),
  ]);
  expect((await gantry("store", "stats")).out).toMatch(
    /^<store>\n\ntrees +\d+ +[\d,]+ files, .*\nblobs .*\nlogs .*\nindex .*\ndisk .*\n\nkind +records +trees +size\n/,
  );
});

test("`store stats` counts every tree, the base system as what it was found as", async () => {
  const { out } = await project.gantry(["store", "stats", "--format", "json"]);
  const { kinds, trees, largest } = JSON.parse(out) as {
    kinds: { kind: string; trees: number }[];
    trees: number;
    largest: { kind: string }[];
  };
  expect(kinds.reduce((sum, each) => sum + each.trees, 0)).toBeGreaterThanOrEqual(trees);
  expect(kinds.map(({ kind }) => kind)).toEqual([...new Set(kinds.map(({ kind }) => kind))]);
  expect(largest[0]?.kind).toMatch(/^base-/);
  expect(kinds.map(({ kind }) => kind)).toContain(largest[0]?.kind);
});

test.each(["stats", "verify", "gc"])("`store %s` makes no store", async (command) => {
  const store = `${project.root}-none`;
  const { status, err } = await project.gantry(["store", command], { store });
  expect([status, err]).toEqual([1, expect.stringContaining("error[store-missing]: there is no store at")]);
  expect(existsSync(store)).toBe(false);
});

test("`store gc` says what is kept since it was just used", async () => {
  const { err } = await project.gantry(["store", "gc", "--older-than", "0h", "--dry-run"]);
  expect(err).toMatch(
    /\nnote: \d+ trees of these were used since .* UTC, so that a command may be using them; /,
  );
});

test("`store verify` finds it whole; then a damaged file; and repairs it", async () => {
  expect(await gantry("store", "verify")).toMatchObject({
    status: 0,
    err: expect.stringMatching(/^note: the store is whole: \d+ trees and [\d,]+ files, .*\n$/),
  });
  writeFileSync(`${project.root}/result/bin/tiny`, "overwritten");
  const found = await gantry("store", "verify");
  expect([found.status, found.err.split("\n")]).toEqual([
    1,
    [
      "error[trees-damaged]: 1 tree of the store is damaged",
      "  = note: the tree `<digest>`: `bin/tiny`",
      "  = help: remove what is damaged, so that it is made again: gantry store verify --repair",
      "",
    ],
  ]);
  expect((await gantry("store", "verify", "--repair")).status).toBe(0);
  expect((await gantry("store", "verify")).status).toBe(0);
  expect(await gantry("run")).toMatchObject({ status: 0, out: "1\n" });
});

test.each([
  ["strip", (program: string) => execFileSync("strip", [program]), "`bin/tiny`"],
  ["strip -p", (program: string) => execFileSync("strip", ["-p", program]), "`bin/tiny`"],
  ["chmod", (program: string) => chmodSync(program, 0o644), "`bin/tiny`"],
  ["rm", (program: string) => rmSync(program), "`bin`"],
  ["a new file", (program: string) => writeFileSync(`${program}.1`, ""), "`bin/tiny.1`"],
])("what `%s` changed in `result` is noticed, said, and made again", async (_, change, what) => {
  const program = `${project.root}/result/bin/tiny`;
  const before = [readFileSync(program), statSync(program).mode];
  change(program);
  expect((await gantry("build")).err).toContain(
    "warning[output-changed]: the output of `tiny` was changed, and is built again\n" +
      `  = note: in the store, where \`result\` leads to: ${what}\n` +
      "  = help: change a copy: cp -rL result COPY\n",
  );
  expect([readFileSync(program), statSync(program).mode]).toEqual(before);
  expect((await gantry("store", "verify")).status).toBe(0);
});

test("what is only touched in `result` is not made again", async () => {
  const program = `${project.root}/result/bin/tiny`;
  const now = new Date();
  utimesSync(program, now, now);
  chmodSync(program, 0o700);
  expect((await gantry("build")).err).not.toContain("warning");
  expect([statSync(program).mtimeMs, statSync(program).mode & 0o777]).toEqual([1000, 0o755]);
});

test("the first Ctrl-C ends `store verify`", async () => {
  const blob = `${project.store}/blobs/ab/${"ab".repeat(32)}`;
  mkdirSync(dirname(blob), { recursive: true });
  writeFileSync(blob, "");
  // Takes minutes to read.
  truncateSync(blob, 2 ** 38);
  const verify = project.start(["store", "verify"]);
  while (readdirSync(`${project.store}/claims`).length === 0) await setTimeout(10);
  verify.kill("SIGINT");
  const { status, err } = await verify.ended;
  rmSync(blob);
  expect([status, err]).toEqual([130, expect.stringMatching(/^error\[interrupted\]/)]);
});

test("`store gc` keeps what was used lately, and what `./result` points to", async () => {
  await gantry("build");
  expect((await gantry("store", "gc")).err).toMatch(/^note: removed 0 trees, .*\n$/);
  age(31);
  const dry = await gantry("store", "gc", "--dry-run");
  const real = await gantry("store", "gc");
  expect(dry.err.replace("would remove", "removed").replace("and free ", "and freed ")).toBe(real.err);
  expect(real.err).toMatch(/; 1 tree is kept\n$/);
  expect(readdirSync(`${project.root}/result/bin`)).toEqual(["tiny"]);
  rmSync(`${project.root}/result`);
  age(31);
  expect((await gantry("store", "gc")).err).toMatch(/; 0 trees are kept\n$/);
  expect(readdirSync(`${project.store}/trees`)).toEqual([]);
  expect(await gantry("run")).toMatchObject({ status: 0, out: "1\n" });
});

test("with a size for the store a build starts a collection, which it does not wait for", async () => {
  const collected = () => existsSync(`${project.store}/collected`);
  expect(collected()).toBe(false);
  const env = { GANTRY_STORE_MAX_SIZE: "50G" };
  expect((await project.gantry(["build"], { env })).status).toBe(0);
  await expect.poll(collected, { timeout: 20_000 }).toBe(true);
  expect((await gantry("store", "stats")).out).toMatch(/last collection +[-0-9]+ [:0-9]+ UTC, freed /);
  const wrong = await project.gantry(["build"], { env: { GANTRY_STORE_MAX_SIZE: "much" } });
  expect([wrong.status, wrong.err]).toEqual([0, expect.stringContaining("is no size like `50G`: `much`")]);
});
