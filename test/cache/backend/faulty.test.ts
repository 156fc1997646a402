import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { Backend, BackendOptions, BlobId } from "../../../src/cache/backend/backend.ts";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { statusFailure } from "../../../src/cache/backend/transport/failure.ts";
import { type Behaviour, fileServer } from "../../rig/servers/files.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { random } from "./contract.ts";

const work = mkdtempSync(join(tmpdir(), "gantry-faulty-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const content = random(300_000);
const blob: BlobId = { digest: digestOf(content), size: content.length };
writeFileSync(join(work, "blob"), content);
const key = digestOf("key");
const entry = { statement: Buffer.from("statement"), blobs: [] };

// Long enough for a machine that does other things, and far from what a build waits by default.
const deadlines = { connect: 1000, idle: 1000 };

function open(url: string, options: Partial<BackendOptions> = {}): Backend {
  const signal = new AbortController().signal;
  return valueOfResult(openBackend(url, { signal, env: {}, deadlines, ...options }));
}

/** What comes of each call, in a word, and how long that took at most. */
async function outcomes(url: string, options?: Partial<BackendOptions>) {
  await using backend = open(url, options);
  const begun = performance.now();
  const calls = {
    entries: () => backend.entries([key]),
    missing: () => backend.missing([blob]),
    fetch: () => backend.fetch([blob], () => join(work, "fetched")),
    put: () => backend.put([blob], () => join(work, "blob")),
    putEntry: () => backend.putEntry(key, entry),
  };
  const told: Record<string, string> = {};
  for (const [name, call] of Object.entries(calls)) {
    const result = await call();
    told[name] = result.ok ? inAWord(result.value) : result.error.code.replace("cache-", "");
    if (!result.ok) expect(result.error.help.length).toBeGreaterThan(0);
  }
  const isFetched = readdirSync(work).includes("fetched");
  if (told.fetch === "whole") expect(readFileSync(join(work, "fetched")).equals(content)).toBe(true);
  else expect(isFetched).toBe(false);
  rmSync(join(work, "fetched"), { force: true });
  return { ...told, seconds: (performance.now() - begun) / 1000 };
}

function inAWord(value: unknown): string {
  if (value === undefined) return "done";
  if (Array.isArray(value)) return value.length > 0 ? "missing" : "there";
  if (value instanceof Map) return value.get(blob.digest) ?? "whole";
  const { found, unreadable } = value as { found: Map<string, unknown>; unreadable: string[] };
  return found.size > 0 ? "found" : unreadable.length > 0 ? "unreadable" : "none";
}

function plain(response: ServerResponse, status: number, text = "", headers = {}): true {
  response.writeHead(status, { "content-type": "text/plain", ...headers }).end(text);
  return true;
}

/** Answers every call of a kind in one way: by what is asked, and how often it was before. */
const all =
  (status: number, headers = {}): Behaviour =>
  (request, response) => {
    request.resume();
    return plain(response, status, "", headers);
  };

const every = (word: string) => ({ entries: word, missing: word, fetch: word, put: word, putEntry: word });

test.each<[string, Behaviour, Record<string, string>, number]>([
  ["hangs before its answers", () => true, every("unreachable"), 15],
  [
    "hangs in bodies",
    (request, response) => {
      request.resume();
      response.writeHead(200, { "content-length": 300_000 }).write("x");
      return true;
    },
    every("unreachable"),
    15,
  ],
  [
    "sends a byte now and then",
    (request, response) => {
      request.resume();
      response.writeHead(200, { "content-length": 300_000 });
      const timer = setInterval(() => response.write("x"), 50).unref();
      response.once("close", () => clearInterval(timer));
      return true;
    },
    every("unreachable"),
    15,
  ],
  [
    "breaks off",
    (request) => {
      request.socket.destroy();
      return true;
    },
    every("unreachable"),
    8,
  ],
  ["is overloaded", all(503), every("failed"), 8],
  ["is overloaded for longer than a build waits", all(503, { "retry-after": "3600" }), every("failed"), 8],
  [
    "is full",
    (request, response) => request.method === "PUT" && all(507)(request, response, never),
    { entries: "none", missing: "missing", fetch: "absent", put: "full", putEntry: "full" },
    8,
  ],
  ["wants credentials", all(401), every("refused"), 8],
  ["forbids everything", all(403), every("refused"), 8],
  [
    "may not be written to",
    (request, response) => request.method === "PUT" && all(405)(request, response, never),
    { entries: "none", missing: "missing", fetch: "absent", put: "refused", putEntry: "refused" },
    8,
  ],
  [
    "shows a page to everybody, as networks do that want a login",
    (request, response) => {
      request.resume();
      return plain(response, 200, "<html>please log in</html>");
    },
    { entries: "unreadable", missing: "there", fetch: "altered", put: "done", putEntry: "done" },
    8,
  ],
  [
    "sends without end",
    (request, response) => {
      request.resume();
      response.writeHead(200);
      const fill = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        response.once("drain", fill);
      };
      if (request.method === "GET") fill();
      else response.end();
      return true;
    },
    { entries: "unreadable", missing: "there", fetch: "altered", put: "done", putEntry: "done" },
    8,
  ],
  [
    "leads in a circle",
    (_, response) => plain(response, 302, "", { location: "/again" }),
    every("refused"),
    8,
  ],
  [
    "leads to a file",
    (_, response) => plain(response, 302, "", { location: "file:///etc/passwd" }),
    every("refused"),
    8,
  ],
  [
    "knows no HEAD",
    (request, response) => request.method === "HEAD" && plain(response, 405),
    { entries: "none", missing: "missing", fetch: "absent", put: "done", putEntry: "done" },
    8,
  ],
])("a server that %s", async (_, behave, words, longest) => {
  await using server = await fileServer(behave);
  const { seconds, ...told } = await outcomes(server.url);
  expect(told).toEqual(words);
  expect(seconds).toBeLessThan(longest);
});

test("what broke off is gone on with, and what is sent anew is the whole blob", async () => {
  let times = 0;
  await using server = await fileServer((request, response, { files }) => {
    times += 1;
    if (request.method !== "GET" || times > 3) return false;
    const [, from = "0"] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    const part = files.get(request.url ?? "")?.subarray(Number(from));
    if (!part) return false;
    response.writeHead(Number(from) > 0 ? 206 : 200, {
      "content-length": part.length,
      ...(Number(from) > 0 && { "content-range": `bytes ${from}-299999/300000` }),
    });
    response.write(part.subarray(0, 100_000), () => response.destroy());
    return true;
  });
  server.files.set(`/cas/${blob.digest}`, content);
  await using backend = open(server.url);
  expect(valueOfResult(await backend.fetch([blob], () => join(work, "resumed")))).toEqual(new Map());
  expect(readFileSync(join(work, "resumed")).equals(content)).toBe(true);
  expect(backend.counters).toEqual({ requests: times, received: blob.size, sent: 0 });
  expect(times).toBeGreaterThan(1);
});

test("a server that breaks off at each byte is given up, and not after the last byte", async () => {
  await using server = await fileServer((request, response, { files }) => {
    const [, from = "0"] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    const part = files.get(request.url ?? "")?.subarray(Number(from)) ?? Buffer.alloc(0);
    response.writeHead(206, {
      "content-length": part.length,
      "content-range": `bytes ${from}-299999/300000`,
    });
    response.write(part.subarray(0, 1), () => response.destroy());
    return true;
  });
  server.files.set(`/cas/${blob.digest}`, content);
  await using backend = open(server.url);
  expect(await backend.fetch([blob], () => join(work, "slowly"))).toMatchObject({
    ok: false,
    error: { code: "cache-unreachable" },
  });
  expect(server.asked.length).toBe(4);
});

test("a server that answers another range begins anew, and other bytes than before are not taken", async () => {
  const other = random(300_000);
  let times = 0;
  await using server = await fileServer((_, response) => {
    times += 1;
    response.writeHead(times === 1 ? 200 : 206, {
      "content-length": times === 1 ? 300_000 : 200_000,
      ...(times > 1 && { "content-range": "bytes 100000-299999/300000" }),
    });
    if (times === 1) response.write(content.subarray(0, 100_000), () => response.destroy());
    else response.end(other.subarray(100_000));
    return true;
  });
  await using backend = open(server.url);
  const failed = valueOfResult(await backend.fetch([blob], () => join(work, "other")));
  expect(failed).toEqual(new Map([[blob.digest, "altered"]]));
  expect(readdirSync(work)).not.toContain("other");
});

test("what passes is tried again", async () => {
  let times = 0;
  await using server = await fileServer((request, response) => {
    times += 1;
    if (times > 2) return false;
    request.resume();
    return plain(response, times === 1 ? 503 : 429, "", { "retry-after": "0" });
  });
  await using backend = open(server.url);
  valueOfResult(await backend.putEntry(key, entry));
  expect(times).toBe(3);
});

test("one blob that fails ends the call, and not after all the others", async () => {
  const blobs = Array.from({ length: 300 }, (_, index) => ({ digest: digestOf(`${index}`), size: 5 }));
  await using server = await fileServer(() => true);
  await using backend = open(server.url);
  const begun = performance.now();
  expect(await backend.missing(blobs)).toMatchObject({ ok: false, error: { code: "cache-unreachable" } });
  expect(performance.now() - begun).toBeLessThan(8000);
  expect(server.asked.length).toBeLessThanOrEqual(32);
});

test("a large blob is not sent to who does not want it", async () => {
  await using server = await fileServer(all(403));
  const large = { digest: digestOf("large"), size: 20_000_000 };
  writeFileSync(join(work, "large"), Buffer.alloc(large.size));
  await using backend = open(server.url);
  expect(await backend.put([large], () => join(work, "large"))).toMatchObject({
    ok: false,
    error: {
      code: "cache-refused",
      message: `the cache \`${server.url}\` refuses`,
      causes: ["the server answered 403 Forbidden"],
      help: [
        "these credentials may not do that: ask whoever runs the cache",
        "to read only: GANTRY_CACHE_PUSH=never",
      ],
    },
  });
});

test("nobody is told of secrets, and nobody else gets them", async () => {
  const secret = "s3cr3t";
  const got: unknown[] = [];
  await using elsewhere = await fileServer((request, response) => {
    got.push(request.headers.authorization, request.headers["x-token"]);
    return plain(response, 401, `you sent ${request.headers.authorization}`);
  });
  await using server = await fileServer((request, response) => {
    expect(request.headers.authorization).toBe(`Basic ${btoa(`me:${secret}`)}`);
    expect(request.headers["x-token"]).toBe(secret);
    if (request.url?.startsWith("/cas/"))
      return plain(response, 400, `${secret} ${request.headers.authorization}`);
    return plain(response, 302, "", { location: `${elsewhere.url}${request.url}` });
  });
  const url = server.url.replace("//", `//me:${secret}@`);
  await using backend = open(`${url}?signature=${secret}`, { headers: { "X-Token": secret } });
  const results = [await backend.entries([key]), await backend.fetch([blob], () => join(work, "secret"))];
  expect(got).toEqual([undefined, undefined]);
  for (const result of results) expect(result).toMatchObject({ ok: false, error: { code: "cache-refused" } });
  const told = JSON.stringify([...results, backend.name]);
  expect(told).toContain("400 Bad Request: *** ***");
  for (const each of [secret, btoa(`me:${secret}`)]) expect(told).not.toContain(each);
  expect(backend.name).toBe(server.url);
});

const never = undefined as never;

test("credentials that are wrong are told from those that may not", () => {
  const helpOf = (code: string, status = 403) =>
    statusFailure("cache", { status, says: `Forbidden: ${code}: …`, sending: true }).diagnostic.help;
  expect(helpOf("AccessDenied")[0]).toMatch(/^these credentials may not do that/);
  expect(helpOf("SignatureDoesNotMatch")).toEqual([
    expect.stringMatching(/^the secret key is wrong, or the clock/),
  ]);
  expect(helpOf("InvalidAccessKeyId")).toEqual([expect.stringMatching(/^there is no such access key/)]);
  expect(helpOf("ExpiredToken", 400)).toEqual([expect.stringMatching(/^the credentials have expired/)]);
  expect(helpOf("RequestTimeTooSkewed")).toEqual([expect.stringMatching(/^set the clock/)]);
});
