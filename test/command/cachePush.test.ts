import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { newKey } from "../../src/cache/statement/keys.ts";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/lib.rs": "",
});
project.lock();
afterAll(() => project[Symbol.dispose]());

test("nothing is signed where a build can see what nobody declared, and why is told", async () => {
  const cache = join(project.root, "../cache");
  const env = { GANTRY_CACHE: cache, GANTRY_CACHE_SIGN_WITH: newKey("ci-1").secret };
  const pushed = await project.gantry(["cache", "push", "--sandbox", "none"], { env });
  expect(pushed.err).toBe(
    "error[cache-not-sent]: nothing is sent at the level `none`\n" +
      "  = note: only what was made at the level `full` is shared: at the others a build can see what nobody declared, and nobody fetches what it made\n" +
      "  = help: leave out `--sandbox none`, to build and to send\n",
  );
  expect(pushed.status).toBe(1);
  expect(existsSync(cache)).toBe(false);
});
