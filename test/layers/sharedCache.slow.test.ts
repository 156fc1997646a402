import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeEntry, encodeEntry } from "../../src/cache/backend/entry.ts";
import {
  all,
  base,
  build,
  cache,
  ci,
  copyOf,
  filesIn,
  fillCache,
  freshStore,
  problemsOf,
  project,
  removeAll,
  stepsOf,
  unitsOf,
} from "./sharedMachines.ts";

beforeAll(fillCache);
afterAll(removeAll);

test("altered statements are ignored, and told", async () => {
  const altered = copyOf("altered-statements", (file, bytes) => {
    if (!file.includes("/ac/")) return bytes;
    const read = decodeEntry(bytes);
    if (!read || !(read.statement instanceof Uint8Array)) throw new Error(`no entry: ${file}`);
    // Another tree, whatever that is.
    const statement = Buffer.from(read.statement)
      .toString()
      .replace(/[0-9a-f]{64}/, "0".repeat(64));
    return Buffer.from(encodeEntry({ statement: Buffer.from(statement), blobs: read.blobs }));
  });
  const ran = await build({ from: altered });
  expect(unitsOf(ran)).toEqual({ compiled: all, fetched: [] });
  expect(problemsOf(ran)).toEqual(
    [
      expect.stringMatching(/ has a signature that is not that of `ci-1`$/),
      expect.stringMatching(/ is signed by `ci-1` for something else$/),
    ].slice(0, problemsOf(ran).length),
  );
  expect(problemsOf(ran)).not.toEqual([]);
});

test("another's statement in the place of one is ignored, and told", async () => {
  const entries = filesIn(cache).filter((file) => file.includes("/ac/"));
  let at = 0;
  const replayed = copyOf("replayed", (file, bytes) => {
    if (!file.includes("/ac/")) return bytes;
    at += 1;
    return readFileSync(entries[at % entries.length] ?? "");
  });
  const ran = await build({ from: replayed });
  expect(unitsOf(ran)).toEqual({ compiled: all, fetched: [] });
  expect(problemsOf(ran)).toEqual([expect.stringMatching(/ is signed by `ci-1` for something else$/)]);
});

test("a server that is away costs a moment, and is told once", async () => {
  const ran = await build({ from: "http://127.0.0.1:9" });
  expect(ran.status).toBe(0);
  expect(unitsOf(ran).compiled).toEqual(all);
  expect(problemsOf(ran)).toEqual(["the shared cache at `http://127.0.0.1:9` is left out of this command"]);
});

test("what was built before there was a cache is pushed, and pulled without building", async () => {
  const later = join(base, "later");
  const [builder, reader] = [freshStore(), freshStore()];
  await build({ from: "none", store: builder });
  const env = { GANTRY_CACHE: later, GANTRY_CACHE_SIGN_WITH: ci.secret };
  const pushed = await project.gantry(["cache", "push", "default"], { store: builder, env });
  expect(pushed.err).toMatch(/note: sent \d+ records; 0 were there\n$/);
  const again = await project.gantry(["cache", "push", "default"], { store: builder, env });
  expect(again.err).toMatch(/note: sent 0 records; \d+ were there\n$/);
  // Units have their part of the time that their step took.
  const shares = filesIn(later)
    .filter((file) => file.includes("/ac/"))
    .flatMap((file) => {
      const read = decodeEntry(readFileSync(file));
      const said = Buffer.from(read?.statement instanceof Uint8Array ? read.statement : "").toString();
      const { kind, made } = JSON.parse(JSON.parse(said).statement);
      return kind === "unit" ? [made.took] : [];
    });
  expect(shares).toHaveLength(6);
  expect(Math.min(...shares)).toBeGreaterThan(0);
  const trusting = { GANTRY_CACHE: later, GANTRY_CACHE_TRUSTED_KEYS: ci.trusted };
  const pulled = await project.gantry(["cache", "pull", "default"], { store: reader, env: trusting });
  expect(pulled.err).toContain("note: 2 results and 6 units are in the store\n");
  // The checks have not been built by anybody, nor what they are built on.
  const every = await project.gantry(["cache", "pull", "--log-format", "json"], {
    store: freshStore(),
    env: trusting,
  });
  expect(every.status).toBe(0);
  expect(every.err + every.out).not.toContain('"status":"built"');
  expect(every.err + every.out).toContain("nobody has built: ");
  const ran = await build({ from: "none", store: reader });
  expect(stepsOf(ran)).toEqual({ "app-deps": "cached", app: "cached" });
});
