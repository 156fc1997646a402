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

test("with `--offline` it is not said that no server is named", async () => {
  const env = { GANTRY_CACHE: "https://cache.example", GANTRY_CACHE_SIGN_WITH: newKey("ci-1").secret };
  const pushed = await project.gantry(["cache", "push", "--offline"], { env });
  expect(pushed).toMatchObject({
    status: 2,
    err:
      "error[cache-none]: the shared cache is not used\n" +
      "  = note: with `--offline`, only one in a directory is used\n",
  });
});

test("without a key it is said how there is one, and where its halves go", async () => {
  const env = { GANTRY_CACHE: join(project.root, "../cache") };
  const makes = "make a key: gantry cache key new NAME --out FILE";
  const names =
    'say where it is: GANTRY_CACHE_SIGN_WITH=FILE, or signWith: "FILE" in `cache` of the configuration';
  const pushed = await project.gantry(["cache", "push"], { env });
  expect(pushed.err).toContain(
    `  = note: there is no key to sign with\n  = help: ${makes}\n  = help: ${names}\n`,
  );
  const { out } = await project.gantry(["cache", "status"], { env });
  expect(out.replace(/ {2,}/g, " ")).toContain(
    `writes no: there is no key to sign with\nhelp ${makes}\nhelp ${names}\n`,
  );
  const made = await project.gantry(["cache", "key", "new", "ci-1"]);
  expect(made.out).toMatch(/^public {2}ci-1:\S+\nsecret {2}\S+\n$/);
  expect(made.err).toBe(
    "note: whoever takes what it signs names the public half: `trustedKeys`, or GANTRY_CACHE_TRUSTED_KEYS\n" +
      "note: whoever signs has the secret half: `signWith`, or GANTRY_CACHE_SIGN_WITH\n",
  );
});
