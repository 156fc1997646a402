import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { canonical, digestOf } from "../../src/base/digest.ts";
import { sharedLevel } from "../../src/cache/statement/statement.ts";
import { sendAll } from "../../src/engine/shared/send.ts";
import type { UploadItem } from "../../src/engine/shared/upload.ts";
import { openStore } from "../../src/store/openStore.ts";
import type { Ran } from "../rig/gantry.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
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

/** What was looked for in the cache, and what came of it, by kind. */
function kindsOf({ events }: Ran): unknown {
  return events.find(({ type }) => type === "shared-cache")?.kinds;
}

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
  expect(kindsOf(ran)).toMatchObject({ "crate-trees": { lookedFor: 1, found: 1 } });
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

/** A copy of the cache in which somebody who is trusted says something else of the lock's crates. */
async function cacheThatSays(name: string, kinds: readonly ("crate-trees" | "crates-digest")[]) {
  const lies = copyOf(name, (_, bytes) => bytes);
  using store = valueOfResult(openStore(freshStore()));
  const trees = [["leaf-1.0.0", digestOf("another")]];
  const values = { "crate-trees": trees, "crates-digest": digestOf(canonical(trees)) };
  const key = cratesKey();
  const items = kinds.map((kind): UploadItem => {
    return { kind, key, value: values[kind], rests: [], took: 0, isUseless: true };
  });
  const order = { url: pathToFileURL(lies).href, access: {}, trusted: [ci.trusted], level: sharedLevel };
  const lines = (async function* () {
    for (const item of items) yield JSON.stringify(item);
  })();
  const { signal } = new AbortController();
  await sendAll({ ...order, secret: ci.secret, store: store.root }, lines, {
    ...{ store, signal, env: {}, verify: false, emit: () => undefined },
  });
  return lies;
}

/** What the crates of the project are known by, as the store of who filled the cache has it. */
function cratesKey(): string {
  for (const store of readdirSync(base).filter((each) => each.startsWith("store-"))) {
    const database = new DatabaseSync(join(base, store, "index.sqlite"), { readOnly: true });
    const row = database.prepare("SELECT key FROM records WHERE kind = 'crates-digest'").get();
    database.close();
    if (row) return String(row.key);
  }
  throw new Error("nobody has unpacked the crates");
}

test("what is said of crates counts as far as it is true", async () => {
  project.edit("src/main.rs", "{}", "{}?");
  const contradicting = await build({ from: await cacheThatSays("contradicting", ["crate-trees"]) });
  expect(problemsOf(contradicting)).toEqual([]);
  expect(unitsOf(contradicting)).toEqual({ compiled: [bin], fetched: [lib, ...dependencies].sort() });
  const lying = await build({ from: await cacheThatSays("lying", ["crate-trees", "crates-digest"]) });
  expect(problemsOf(lying)).toEqual(["the crates of the lock are other ones than the shared cache says"]);
  expect(unitsOf(lying).compiled).toEqual([]);
  expect(lying.status).toBe(1);
  project.edit("src/main.rs", "{}?", "{}");
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
