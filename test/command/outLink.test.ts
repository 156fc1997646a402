import { readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/main.rs": "fn main() {}\n",
});
project.lock();
symlinkSync("nowhere", join(project.root, "dangling"));
symlinkSync("src", join(project.root, "own"));
afterAll(() => project[Symbol.dispose]());

async function linkAt(path: string) {
  const { status, err, out } = await project.gantry(["build", "--log-format", "plain", "--out-link", path]);
  return { status, said: project.shown(err), out: out.trim() };
}

test("the directories of a link are made", async () => {
  const { status, out } = await linkAt("out/of/app");
  expect([status, readlinkSync(join(project.root, "out/of/app"))]).toEqual([0, out]);
});

test("a link into a store is replaced, also into one that is gone", async () => {
  const link = join(project.root, "old");
  symlinkSync(`/gone/trees/${"0".repeat(64)}`, link);
  const { status, out } = await linkAt("old");
  expect([status, readlinkSync(link)]).toEqual([0, out]);
});

test.each([
  ["a directory in its place", "src", "error[out-link-occupied]: `<project>/src` is not a link\n"],
  ["a file in its place", "Cargo.toml", "error[out-link-occupied]: `<project>/Cargo.toml` is not a link\n"],
  [
    "somebody's own link",
    "own",
    "error[out-link-occupied]: `<project>/own` is a link that leads to no store\n",
  ],
  [
    "one that dangles",
    "dangling",
    "error[out-link-occupied]: `<project>/dangling` is a link that leads to no store\n",
  ],
  ["a file where a directory should be", "Cargo.toml/app", "error[out-link-impossible]: "],
  ["a directory that leads nowhere", "dangling/app", "error[out-link-impossible]: "],
  ["a directory that nobody may write to", "/proc/app", "error[out-link-impossible]: "],
  ["a name that is too long", "n".repeat(300), "error[out-link-impossible]: "],
])("before anything is built it is said that a link cannot be made: %s", async (_, path, error) => {
  const { status, said } = await linkAt(path);
  expect([status, said.slice(0, error.length)]).toEqual([1, error]);
  expect(readFileSync(join(project.root, "Cargo.toml"), "utf8")).toContain("tiny");
  expect(readlinkSync(join(project.root, "own"))).toBe("src");
});
