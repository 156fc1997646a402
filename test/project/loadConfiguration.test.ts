import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "name.txt": "tool",
  "gantry.config.ts": `import { readFileSync } from "node:fs";
import { defineProject } from "gantry";

const early = readFileSync("name.txt", "utf8");

export default defineProject(async ({ crane }) => {
  await undefined;
  const pname = early + readFileSync("name.txt", "utf8");
  return { packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("."), pname, doCheck: false }) } };
});
`,
});
afterAll(() => project[Symbol.dispose]());

const shown = async (args: readonly string[], cwd: string) => {
  const { out, err } = await project.gantry(["show", ...args], { cwd });
  return /^ +default .*$/m.exec(out)?.[0].trim() ?? err;
};

test("a configuration runs in the project's directory, wherever Gantry was started", async () => {
  project.lock();
  const { root } = project;
  const expected = "default  tooltool  on tooltool-deps";
  expect(await shown([], root)).toEqual(expected);
  expect(await shown([], join(root, "src"))).toEqual(expected);
  expect(await shown(["-C", "project"], join(root, ".."))).toEqual(expected);
});

test("what Gantry is told to write lies where it was started", async () => {
  await project.gantry(["build", "--out-link", "here", "-q"], { cwd: join(project.root, "src") });
  expect(project.read("src/here/bin/app")).toContain("ELF");
});
