import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  all,
  base,
  bin,
  build,
  cache,
  ci,
  copyOf,
  dependencies,
  filesIn,
  fill,
  fillCache,
  freshStore,
  lib,
  mallory,
  problemsOf,
  project,
  push,
  removeAll,
  stepsOf,
  unitsOf,
} from "./sharedMachines.ts";

beforeAll(fillCache);
afterAll(removeAll);

test("another machine takes the result, and unpacks no unit for it", async () => {
  const ran = await build();
  expect(stepsOf(ran)).toEqual({ "app-deps": "fetched", app: "fetched" });
  expect(unitsOf(ran)).toEqual({ compiled: [], fetched: [] });
  expect(ran.events.at(-1)).toMatchObject({ status: "ok", cache: { lookedFor: 3, found: 3, sent: 0 } });
});

test("another machine with other code fetches the dependencies, and compiles what the change can touch", async () => {
  project.edit("src/main.rs", "{}", "{}!");
  const store = freshStore();
  const ran = await build({ store });
  expect(stepsOf(ran)).toEqual({ "app-deps": "fetched", app: "built" });
  expect(unitsOf(ran)).toEqual({ compiled: [bin], fetched: [lib, ...dependencies].sort() });
  // What was fetched is there without the cache.
  project.edit("src/lib.rs", "+ 1", "+ 2");
  const later = await build({ store, env: { GANTRY_CACHE: "none" } });
  expect(unitsOf(later)).toEqual({ compiled: [bin, lib], fetched: [] });
  project.edit("src/lib.rs", "+ 2", "+ 1");
  project.edit("src/main.rs", "{}!", "{}");
});

test("why says whose it is", async () => {
  const store = freshStore();
  await build({ store });
  const { out } = await project.gantry(["why"], { store });
  expect(out.replace(/\d{4}-\d\d-\d\d/g, "<day>")).toBe(
    "`app-deps` did not run: its result is from the shared cache, built by `ci-1` on <day>\n" +
      "`app` did not run: its result is from the shared cache, built by `ci-1` on <day>\n",
  );
});

test("a project that does not trust the key gets nothing of it, from the cache or from a store that has it", async () => {
  const store = freshStore();
  await build({ store });
  const others = await build({ store, env: { GANTRY_CACHE_TRUSTED_KEYS: mallory.trusted } });
  expect(unitsOf(others)).toEqual({ compiled: all, fetched: [] });
  expect(problemsOf(others)).toEqual([
    expect.stringMatching(/ is signed by `ci-1`, which is not among the trusted keys$/),
  ]);
});

test("what is signed by a stranger is ignored, and told", async () => {
  const theirs = join(base, "theirs");
  await fill(theirs, mallory.secret);
  const ran = await build({ from: theirs });
  expect(unitsOf(ran)).toEqual({ compiled: all, fetched: [] });
  expect(problemsOf(ran)).toEqual([
    expect.stringMatching(
      /^what the shared cache has of `crates-digest \w{12}` is signed by `mallory`, which/,
    ),
  ]);
  // What was made of it would be, too.
  const victim = freshStore();
  await build({ from: theirs, store: victim, env: { GANTRY_CACHE_TRUSTED_KEYS: mallory.trusted } });
  const again = await build({ from: "none", store: victim });
  expect(unitsOf(again)).toEqual({ compiled: all, fetched: [] });
});

test("altered blobs are ignored, and told", async () => {
  const altered = copyOf("altered", (file, bytes) => {
    if (file.includes("/cas/")) bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    return bytes;
  });
  const ran = await build({ from: altered });
  expect(unitsOf(ran).compiled).toEqual(all);
  expect(problemsOf(ran)).toEqual([expect.stringMatching(/ has other bytes than were signed$/)]);
});

test("a push that verifies sends again what is altered or lost, and nothing else", async () => {
  const store = freshStore();
  const damaged = join(base, "damaged");
  await build({ from: damaged, store, env: { CI: "1", GANTRY_CACHE_SIGN_WITH: ci.secret } });
  const [altered = "", lost = "", ...others] = filesIn(damaged).filter((file) => file.includes("/cas/"));
  const bytes = readFileSync(altered);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(altered, bytes);
  rmSync(lost);
  expect(others.length).toBeGreaterThan(3);
  const counts = async (...words: string[]) =>
    /^sent (\d+) records?(?:, and (\d+) again that were altered or lost)?; (\d+) were there$/
      .exec((await push(store, damaged, ...words)) ?? "")
      ?.slice(1)
      .map((count) => Number(count ?? 0));
  // What is lost is seen without reading.
  const [, seen = 0] = (await counts()) ?? [];
  expect(seen).toBeGreaterThan(0);
  const [sent, again = 0, there = 0] = (await counts("--verify")) ?? [];
  expect({ sent, again: again > 0, there: there > again }).toEqual({ sent: 0, again: true, there: true });
  expect(await counts("--verify")).toEqual([0, 0, again + there]);
  const ran = await build({ from: damaged });
  expect(problemsOf(ran)).toEqual([]);
  expect(unitsOf(ran).compiled).toEqual([]);
});

test("a pull request from a fork, and whoever has no key, writes nothing", async () => {
  const event = join(base, "event.json");
  const repo = (name: string) => ({ repo: { full_name: name } });
  writeFileSync(event, JSON.stringify({ pull_request: { head: repo("fork/app"), base: repo("team/app") } }));
  const gitHub = { GITHUB_ACTIONS: "true", GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: event };
  const ci1 = { CI: "1", GANTRY_CACHE_SIGN_WITH: ci.secret, GANTRY_CACHE_PUSH: "always" };
  const status = async (env: Readonly<Record<string, string>>) => {
    const { out } = await project.gantry(["cache", "status"], { store: join(base, "store-1"), env });
    return /^writes +(.*)$/m.exec(out)?.[1];
  };
  const GANTRY_CACHE = cache;
  expect(await status({ GANTRY_CACHE, ...ci1 })).toBe("yes, signed as `ci-1`");
  expect(await status({ GANTRY_CACHE, ...ci1, ...gitHub })).toBe(
    "no: this is a pull request from a fork, which only reads",
  );
  expect(await status({ GANTRY_CACHE, CI: "1" })).toBe("no: there is no key to sign with");
});
