import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { tempProject } from "../rig/tempProject.ts";

test("a build that has nothing to do writes nothing into the index, for which SQLite would wait for the disk", async () => {
  using project = tempProject({
    "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
    "src/main.rs": "fn main() {}\n",
  });
  project.lock();
  const build = async () => {
    const ran = await project.gantry(["build", "--log-format", "json"]);
    expect(ran.status, ran.err).toBe(0);
    return statSync(`${project.store}/index.sqlite`, { bigint: true }).mtimeNs;
  };
  await build();
  // Remembers what was decided, and what had not settled before.
  await build();
  await new Promise((resolve) => setTimeout(resolve, 2100));
  await build();
  const before = await build();
  // Once an hour it is noted what is in use.
  expect([await build(), await build()]).toContain(before);
});
