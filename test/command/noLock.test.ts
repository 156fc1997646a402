import { existsSync, renameSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": 'fn main() {\n    println!("built");\n}\n',
  "gantry.config.ts": `import { readFileSync } from "node:fs";
import { defineProject } from "gantry";

export default defineProject(({ crane }) => {
  const common = { src: crane.cleanCargoSource("."), doCheck: false };
  const cargoLockContents = readFileSync(new URL("other.lock", import.meta.url), "utf8");
  return {
    packages: {
      default: crane.buildPackage({ ...common, cargoLock: "other.lock" }),
      contents: crane.buildPackage({ ...common, cargoLockContents }),
      none: crane.buildPackage(common),
    },
  };
});
`,
});

beforeAll(() => {
  project.lock();
  renameSync(`${project.root}/Cargo.lock`, `${project.root}/other.lock`);
});
afterAll(() => project[Symbol.dispose]());

test("a lock of another name or from the configuration is all that a project needs, and none is written", async () => {
  const outputs = ["default", "contents"].map((name) => project.gantry(["run", "-q", name]));
  expect((await Promise.all(outputs)).map(({ out, err }) => [out, err])).toEqual([
    ["built\n", ""],
    ["built\n", ""],
  ]);
  expect(existsSync(`${project.root}/Cargo.lock`)).toBe(false);
});

test("where nothing names a lock, that is told, also by `gantry with`", async () => {
  const built = await project.gantry(["build", "-q", "none"]);
  expect(built.err).toContain("error[lock-missing]: the lock `Cargo.lock` does not exist\n");
  const overridden = await project.gantry(["with", "app=.", "--", "cargo", "build"]);
  expect(overridden.err).toContain("error[lock-missing]: could not find `Cargo.lock`\n");
});
