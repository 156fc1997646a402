import { afterAll, expect, test } from "vitest";
import { newKey } from "../../src/cache/statement/keys.ts";
import { hostPlatform } from "../../src/fetch/native/baseSystem.ts";
import { tempProject } from "../rig/tempProject.ts";

const lock = `version = 1

[base-system."${hostPlatform()}"]
description = "Debian 1, gcc 2.7"
digest = "${"0".repeat(63)}1"
`;
const project = tempProject({
  "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n',
  "src/main.rs": "fn main() {}\n",
  "gantry.lock": lock,
});
project.lock();
afterAll(() => project[Symbol.dispose]());

test("a base system that is nowhere ends the build with its place, and the doctor says so before", async () => {
  const ran = await project.gantry(["build"]);
  expect(ran.status).toBe(1);
  expect(ran.err).toContain(
    "error[base-system-missing]: the base system that `gantry.lock` pins cannot be had\n",
  );
  expect(ran.err).toContain("  --> gantry.lock:5:10\n");
  expect(ran.err).toContain("  = note: no shared cache is asked, which could have it\n");
  const { out } = await project.gantry(["doctor"]);
  expect(out).toContain(
    "Debian 1, gcc 2.7, which `gantry.lock` pins, is neither in the store nor on this machine\n",
  );
});

test("with --frozen another one is not pinned", async () => {
  const key = newKey("ci-1");
  const env = { GANTRY_CACHE: `${project.root}/../cache`, GANTRY_CACHE_SIGN_WITH: key.secret };
  const ran = await project.gantry(["cache", "push", "--base-system", "--frozen"], { env });
  expect(ran.status).toBe(1);
  expect(ran.err).toContain("error[lock-frozen]: `gantry.lock` pins another base system or none");
  expect(project.read("gantry.lock")).toBe(lock);
});

test("without namespaces builds see the machine's own, and that is told", async () => {
  const ran = await project.gantry(["build", "--sandbox", "none"]);
  expect(ran.status).toBe(0);
  expect(ran.err).toContain(
    "note: `gantry.lock` pins a base system, which the level `none` cannot show: builds see this machine's\n",
  );
});
