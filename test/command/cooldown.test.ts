import { rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { fillIndexCache } from "../rig/indexCache.ts";
import { publishedCrate } from "../rig/publishedCrate.ts";
import { tempProject } from "../rig/tempProject.ts";

const leaf = publishedCrate("leaf");
const config = (args: string) => `
import { defineProject } from "gantry";
export default defineProject(({ crane }) => {
  const src = crane.cleanCargoSource(".");
  return { packages: {}, checks: { cooldown: crane.cooldown({ src, ${args} }) } };
});
`;
const project = tempProject(
  {
    "Cargo.toml":
      '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nleaf = "1"\n',
    "src/main.rs": "fn main() {}\n",
  },
  { crates: [leaf] },
);
project.lock();
afterAll(() => project[Symbol.dispose]());
beforeEach(() => rmSync(join(project.home, "registry/index"), { recursive: true, force: true }));

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000 - 60_000).toISOString();
const day = (time: number) => new Date(time).toISOString().slice(0, 10);

async function check(args: string, ...more: string[]) {
  project.write("gantry.config.ts", config(args));
  const ran = await project.gantry(["check", "-q", "--offline", "--color", "never", ...more]);
  return { status: ran.status, said: project.shown(ran.err).trim() };
}

test("a crate that nobody can date is no crate that is old enough", async () => {
  expect(await check("")).toEqual({
    status: 1,
    said: [
      "error[publish-time-unknown]: it is not known when 1 crate was published",
      "  = note: `leaf` 1.0.0",
      "  = note: no entry of these checksums is in what Cargo keeps of the registry's index",
      "  = help: run once without --offline",
    ].join("\n"),
  });
});

test("an entry that Cargo is about to write is none yet", async () => {
  fillIndexCache(project.home, [[leaf, daysAgo(20)]]);
  const file = join(project.home, "registry/index/index.crates.io-1949cf8c6b5b557f/.cache/le/af/leaf");
  truncateSync(file, statSync(file).size - 5);
  expect(await check("")).toMatchObject({
    status: 1,
    said: expect.stringMatching(/^error\[publish-time-unknown\]/),
  });
});

test("a registry that tells no times is said to tell none", async () => {
  fillIndexCache(project.home, [[leaf, undefined]]);
  const { status, said } = await check("");
  expect(status, said).toBe(0);
  expect(said).toContain("warning[publish-time-untold]: nobody tells how old 1 crate of the lock are");
});

test("a young crate is told with the day on which it is old enough, and may be allowed; days go by without an edit", async () => {
  const time = daysAgo(2);
  fillIndexCache(project.home, [[leaf, time]]);
  const published = Date.parse(time);
  expect(await check("")).toEqual({
    status: 1,
    said: [
      "error[crate-too-young]: 1 crate is younger than 7 days",
      "   --> Cargo.lock:11:1",
      "    |",
      ' 11 | name = "leaf"',
      "    | ^^^^^^^^^^^^^",
      `    = note: \`leaf\` 1.0.0 was published ${day(published)}, 2 days ago: old enough on ${day(published + 7 * 86_400_000)}`,
      "    = help: take an older one: cargo update --precise VERSION leaf",
      '    = help: or, if somebody has looked at it: allow: ["leaf@1.0.0"]',
    ].join("\n"),
  });
  expect((await check('allow: ["leaf@1.0.0"]')).status).toBe(0);
  expect((await check("days: 2")).status).toBe(0);
  // What was allowed yesterday is in the store, and is no answer for what is asked today.
  expect((await check("days: 3")).status).toBe(1);
});

test("what is known of a published crate does not change, and is asked once", async () => {
  expect((await check("days: 2")).status).toBe(0);
  const { err } = await project.gantry(["check", "--offline", "--color", "never"]);
  expect(err).not.toContain("publish-time-unknown");
  project.write("gantry.config.ts", config('days: 1, allow: ["leaf@1.0.0", "gone@1.0.0"]'));
  const needless = await project.gantry(["check", "--offline", "--color", "never"]);
  expect(needless.err).toContain(
    "note: `cooldown` need not allow `leaf@1.0.0`, `gone@1.0.0` any more: old enough, or not in the lock",
  );
});

test("arguments that mean nothing are refused", async () => {
  const negative = await check("days: -1");
  expect(negative.said).toContain("`days` of `cooldown` must be a number of days, and is `-1`");
  const version = await check('allow: ["leaf"]');
  expect(version.said).toContain('of `cooldown` must be `NAME@VERSION`, and is `"leaf"`');
});
