import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { contract } from "./contract.ts";

const options = { signal: new AbortController().signal, env: {} };

contract("a directory", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry cache#"));
  return {
    // It is made when something is put.
    url: pathToFileURL(join(root, "made")).href,
    refuses: [],
    keepsFirst: true,
    plant(kind, name, bytes) {
      const file = join(root, "made", kind, name.slice(0, 2), name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      return true;
    },
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true, force: true }),
  };
});

test("reading makes nothing, and writing leaves nothing beside, of others that were killed either", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-cache-"));
  const cache = join(root, "cache");
  await using backend = valueOfResult(openBackend(pathToFileURL(cache).href, options));
  const key = digestOf("key");
  valueOfResult(await backend.entries([key]));
  expect(existsSync(cache)).toBe(false);
  mkdirSync(join(cache, "tmp"), { recursive: true });
  for (const [name, days] of [["old", 2] as const, ["new", 0] as const]) {
    writeFileSync(join(cache, "tmp", name), "");
    const time = Date.now() / 1000 - days * 24 * 3600;
    utimesSync(join(cache, "tmp", name), time, time);
  }
  valueOfResult(await backend.putEntry(key, { statement: Buffer.from("x"), blobs: [] }));
  const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.map(({ name }) => name).sort()).toEqual([key, "new"].sort());
  rmSync(root, { recursive: true });
});

test("says what stands in the way of writing", async () => {
  const root = mkdtempSync(join(tmpdir(), "gantry-cache-"));
  writeFileSync(join(root, "file"), "");
  const put = async (url: string) => {
    await using backend = valueOfResult(openBackend(url, options));
    const result = await backend.putEntry(digestOf("k"), { statement: Buffer.from("x"), blobs: [] });
    return result.ok ? "put" : result.error;
  };
  expect(await put(pathToFileURL(join(root, "file")).href)).toMatchObject({
    code: "cache-refused",
    message: `the cache \`${root}/file\` cannot be used`,
    help: ["name a directory"],
  });
  expect(await put("file:///proc/cache")).toMatchObject({ code: expect.stringMatching(/^cache-/) });
  rmSync(root, { recursive: true });
});

test.each([
  [
    "/srv/cache",
    "`/srv/cache` is a path, and a cache is named by a URL",
    ["write it as `file:///srv/cache`"],
  ],
  ["file:cache", "`file:cache` is no address of a cache", ["write it as `file:///srv/gantry-cache`"]],
  [
    "file://server/cache",
    "`file://server/cache` is no address of a cache",
    ["write it as `file:///srv/gantry-cache`"],
  ],
  [
    "s3://b?endpoint=host",
    "`s3://b?endpoint=host` is no address of a cache",
    ["write it as `s3://bucket/prefix?region=eu-central-1`"],
  ],
  ["fil:///srv", "`fil:///srv` is no address of a cache", ["did you mean `file:`?"]],
  ["", "`` is no address of a cache", []],
])("%s is refused with a remedy", (url, message, help) => {
  const opened = openBackend(url, options);
  expect(opened).toMatchObject({ ok: false, error: { code: "cache-url", message, help, status: 2 } });
});
