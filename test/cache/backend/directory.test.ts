import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
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
  const [old, fresh] = [randomUUID(), randomUUID()];
  for (const [name, days] of [[old, 2] as const, [fresh, 0] as const, ["another's", 2] as const]) {
    writeFileSync(join(cache, "tmp", name), "");
    const time = Date.now() / 1000 - days * 24 * 3600;
    utimesSync(join(cache, "tmp", name), time, time);
  }
  mkdirSync(join(cache, "tmp", "directory"));
  valueOfResult(await backend.putEntry(key, { statement: Buffer.from("x"), blobs: [] }));
  const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.map(({ name }) => name).sort()).toEqual([key, fresh, "another's"].sort());
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

test.each(["tmp", "ac", "cas", "ac/xx", "cas/xx"])(
  "%s that is a link is not written or tidied behind",
  async (place) => {
    const root = mkdtempSync(join(tmpdir(), "gantry-cache-"));
    const [cache, victim] = [join(root, "cache"), join(root, "victim")];
    const [key, data] = [digestOf("key"), Buffer.from("data")];
    const link = join(
      cache,
      place.replace("xx", (place.startsWith("ac") ? key : digestOf(data)).slice(0, 2)),
    );
    mkdirSync(join(link, ".."), { recursive: true });
    mkdirSync(victim);
    symlinkSync(victim, link);
    const old = join(victim, randomUUID());
    writeFileSync(old, "");
    utimesSync(old, 1, 1);
    const local = join(root, "local");
    writeFileSync(local, data);
    await using backend = valueOfResult(openBackend(pathToFileURL(cache).href, options));
    const put = place.startsWith("ac")
      ? await backend.putEntry(key, { statement: data, blobs: [] })
      : await backend.put([{ digest: digestOf(data), size: 4 }], () => local);
    expect(put).toMatchObject({
      ok: false,
      error: { code: "cache-refused", notes: [`\`${link}\` is a link, and has to be a directory`] },
    });
    expect(readdirSync(victim)).toEqual([basename(old)]);
    rmSync(root, { recursive: true });
  },
);

test.each<[string, (place: string) => void]>([
  ["a pipe", (place) => execFileSync("mkfifo", [place])],
  ["a link to what never ends", (place) => symlinkSync("/dev/zero", place)],
  ["a link to a link to itself", (place) => symlinkSync(place, place)],
  ["a directory with a file", (place) => mkdirSync(join(place, "x"), { recursive: true })],
  [
    "a file in the place of its directory",
    (place) => {
      rmSync(dirname(place), { recursive: true });
      writeFileSync(dirname(place), "");
    },
  ],
])("%s in the place of an entry and of a blob hides these alone", async (what, make) => {
  const root = mkdtempSync(join(tmpdir(), "gantry-cache-"));
  await using backend = valueOfResult(openBackend(pathToFileURL(root).href, options));
  const [key, other] = [digestOf("key"), digestOf("other")];
  const blob = { digest: digestOf("data"), size: 4 };
  const [local, fetched] = [join(root, "local"), join(root, "fetched")];
  writeFileSync(local, "data");
  const places = [
    join(root, "ac", key.slice(0, 2), key),
    join(root, "cas", blob.digest.slice(0, 2), blob.digest),
  ];
  for (const place of places) {
    mkdirSync(dirname(place), { recursive: true });
    make(place);
  }
  const entry = { statement: Buffer.from("x"), blobs: [blob] };
  valueOfResult(await backend.putEntry(other, entry));
  const { found, unreadable } = valueOfResult(await backend.entries([key, other]));
  expect([...found.keys(), "", ...unreadable]).toEqual([other, "", key]);
  expect(valueOfResult(await backend.missing([blob]))).toEqual([blob]);
  expect([...valueOfResult(await backend.fetch([blob], () => fetched))]).toEqual([[blob.digest, "altered"]]);
  expect(existsSync(fetched)).toBe(false);
  if (!what.startsWith("a file")) {
    valueOfResult(await backend.put([blob], () => local));
    valueOfResult(await backend.putEntry(key, entry, true));
    for (const place of places) expect(lstatSync(place).isFile()).toBe(true);
    valueOfResult(await backend.fetch([blob], () => fetched));
    expect(readFileSync(fetched, "utf8")).toBe("data");
  }
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
