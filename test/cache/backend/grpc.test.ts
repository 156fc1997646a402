import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { Backend, BackendOptions } from "../../../src/cache/backend/backend.ts";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { listen } from "../../rig/listen.ts";
import { fileServer } from "../../rig/servers/files.ts";
import { type ReapiServer, reapiServer, type Says } from "../../rig/servers/reapi.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { contract, random } from "./contract.ts";

contract("a server of the Remote Execution API that believes everything", async () => {
  const server = await reapiServer();
  return {
    url: `${server.url}/some/instance`,
    refuses: ["ac"],
    longestMessage: 6_000_000,
    keepsFirst: false,
    // What is no entry cannot even be said to it.
    plant: (kind, name, bytes) => kind === "cas" && server.blobs.set(name, bytes) !== undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(server[Symbol.asyncDispose]()),
  };
});

const work = mkdtempSync(join(tmpdir(), "gantry-grpc-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const content = random(3_000_000);
const large = { digest: digestOf(content), size: content.length };
writeFileSync(join(work, "large"), content);
const small = { digest: digestOf("small"), size: 5 };
writeFileSync(join(work, "small"), "small");
const key = digestOf("key");

function open(url: string, options: Partial<BackendOptions> = {}): Backend {
  const deadlines = { connect: 1000, idle: 1000 };
  return valueOfResult(
    openBackend(url, { signal: new AbortController().signal, env: {}, deadlines, ...options }),
  );
}

/** What each call comes to: a word, or the code without `cache-`. */
async function outcomes({ url }: { readonly url: string }, options: Partial<BackendOptions> = {}) {
  await using backend = open(url, options);
  const word = async (
    call: Promise<
      { ok: true; value: unknown } | { ok: false; error: { code: string; help: readonly string[] } }
    >,
  ) => {
    const result = await call;
    if (result.ok)
      return result.value instanceof Map && result.value.size > 0 ? [...result.value.values()].join() : "ok";
    expect(result.error.help.length).toBeGreaterThan(0);
    return result.error.code.replace("cache-", "");
  };
  const begun = performance.now();
  const told = {
    entries: await word(backend.entries([key])),
    missing: await word(backend.missing([small])),
    fetch: await word(backend.fetch([small, large], ({ size }) => join(work, `fetched-${size}`))),
    put: await word(backend.put([small], () => join(work, "small"))),
    putLarge: await word(backend.put([large], () => join(work, "large"))),
    putEntry: await word(backend.putEntry(key, { statement: Buffer.from("x"), blobs: [] })),
  };
  expect(performance.now() - begun).toBeLessThan(20_000);
  return told;
}

const every = (word: string) => ({
  entries: word,
  missing: word,
  fetch: word,
  put: word,
  putLarge: word,
  putEntry: word,
});
const fails =
  (code: Code): Interceptor =>
  () =>
  async () => {
    throw new ConnectError("so it is", code);
  };
const puts = ["UpdateActionResult", "BatchUpdateBlobs", "Write"];

test.each<[string, Interceptor, Record<string, string>, Says?]>([
  ["is unavailable", fails(Code.Unavailable), every("unreachable")],
  ["answers after no time", fails(Code.DeadlineExceeded), every("unreachable")],
  ["wants credentials", fails(Code.Unauthenticated), every("refused")],
  ["forbids everything", fails(Code.PermissionDenied), every("refused")],
  ["knows no such calls", fails(Code.Unimplemented), every("refused")],
  ["has lost its mind", fails(Code.DataLoss), every("failed")],
  [
    "is full",
    (next) => (call) =>
      puts.includes(call.method.name) ? fails(Code.ResourceExhausted)(next)(call) : next(call),
    { entries: "ok", missing: "ok", fetch: "absent,absent", put: "full", putLarge: "full", putEntry: "full" },
  ],
  ["has too much to do", fails(Code.ResourceExhausted), { ...every("failed"), put: "failed" }],
  ["says nothing", () => () => new Promise(() => {}), every("unreachable")],
  [
    "may not be written to",
    (next) => next,
    { entries: "ok", missing: "ok", fetch: "absent,absent", put: "ok", putLarge: "ok", putEntry: "refused" },
    { updateEnabled: false },
  ],
  [
    "keeps by another digest",
    (next) => next,
    {
      entries: "ok",
      missing: "ok",
      fetch: "refused",
      put: "refused",
      putLarge: "refused",
      putEntry: "refused",
    },
    { digestFunctions: [2] },
  ],
])("a server that %s", async (_, behave, words, says) => {
  await using server = await reapiServer(says, behave);
  expect(await outcomes(server)).toEqual(words);
});

test("other bytes, or more of them, in batches and in streams", async () => {
  await using server = await reapiServer();
  await using backend = open(server.url);
  const path = ({ size }: { size: number }) => join(work, `altered-${size}`);
  for (const bytes of [random(5), random(50)]) {
    server.blobs.set(small.digest, bytes);
    server.blobs.set(large.digest, random(bytes.length > 5 ? 4_000_000 : 3_000_000));
    const failed = valueOfResult(await backend.fetch([small, large], path));
    expect(failed).toEqual(new Map([small, large].map(({ digest }) => [digest, "altered"])));
  }
  expect(readdirSync(work).filter((name) => name.startsWith("altered"))).toEqual([]);
});

test("a stream that breaks off is gone on with, both ways", async () => {
  const offsets: number[] = [];
  /** Each stream breaks off after a million bytes. */
  const breaking: Interceptor = (next) => async (call) => {
    if (call.method.name === "Read") {
      const answer = await next(call);
      if (!answer.stream) return answer;
      const messages = answer.message;
      return {
        ...answer,
        message: (async function* () {
          let sent = 0;
          for await (const message of messages) {
            yield message;
            sent += "data" in message && message.data instanceof Uint8Array ? message.data.length : 0;
            if (sent >= 1_000_000) throw new ConnectError("broken", Code.Unavailable);
          }
        })(),
      };
    }
    if (call.method.name === "Write" && call.stream) {
      const messages = call.message;
      return next({
        ...call,
        message: (async function* () {
          let got = 0;
          for await (const message of messages) {
            if (got === 0 && "writeOffset" in message) offsets.push(Number(message.writeOffset));
            yield message;
            got += "data" in message && message.data instanceof Uint8Array ? message.data.length : 0;
            if (got >= 1_000_000) throw new ConnectError("broken", Code.Unavailable);
          }
        })(),
      } as typeof call);
    }
    return next(call);
  };
  await using server = await reapiServer({}, breaking);
  await using backend = open(server.url);
  valueOfResult(await backend.put([large], () => join(work, "large")));
  expect(server.blobs.get(large.digest)?.length).toBe(large.size);
  expect(offsets.length).toBeGreaterThan(1);
  expect(offsets.every((offset, at) => at === 0 || offset > (offsets[at - 1] ?? 0))).toBe(true);
  expect(valueOfResult(await backend.fetch([large], () => join(work, "resumed")))).toEqual(new Map());
  expect(readFileSync(join(work, "resumed")).equals(content)).toBe(true);
});

test("what is small goes many to a message, within what the server takes, and calls are counted", async () => {
  const blobs = Array.from({ length: 300 }, (_, index) => {
    const id = { digest: digestOf(`${index}`.repeat(3000)), size: `${index}`.length * 3000 };
    writeFileSync(join(work, id.digest), `${index}`.repeat(3000));
    return id;
  });
  const count = async (server: ReapiServer) => {
    await using backend = open(server.url, { deadlines: { connect: 5000, idle: 5000 } });
    valueOfResult(await backend.missing(blobs));
    valueOfResult(await backend.put(blobs, ({ digest }) => join(work, digest)));
    const asked = server.asked.length;
    valueOfResult(await backend.fetch(blobs, ({ digest }) => join(work, `back-${digest}`)));
    const size = blobs.reduce((sum, { size }) => sum + size, 0);
    expect(backend.counters).toEqual({ requests: server.asked.length, received: size, sent: size });
    return { put: asked, fetched: server.asked.length - asked };
  };
  await using usual = await reapiServer();
  expect(await count(usual)).toEqual({ put: 3, fetched: 1 });
  await using narrow = await reapiServer({ batch: 200_000 });
  const { put, fetched } = await count(narrow);
  expect(put).toBe(fetched + 2);
  expect(fetched).toBeGreaterThan(10);
});

test("who is not there, who says nothing, and who speaks something else", async () => {
  const silent = createServer();
  const port = await listen(silent);
  await using files = await fileServer();
  const asked = async (url: string) => {
    await using backend = open(url);
    const result = await backend.missing([small]);
    return result.ok ? "answered" : result.error;
  };
  expect(await asked("grpc://127.0.0.1:1")).toMatchObject({
    code: "cache-unreachable",
    help: ["start the server, or check the port"],
  });
  expect(await asked(`grpcs://127.0.0.1:${port}`)).toMatchObject({
    code: "cache-unreachable",
    causes: ["no connection within 1 s"],
  });
  expect(await asked(`grpc://127.0.0.1:${port}`)).toMatchObject({ code: "cache-unreachable" });
  expect(await asked(files.url.replace("http:", "grpc:"))).toMatchObject({
    code: "cache-refused",
    causes: ["the server does not speak HTTP/2"],
  });
  expect(await asked(files.url.replace("http:", "grpcs:"))).toMatchObject({
    code: "cache-refused",
    help: ["is it `http:` or `grpc:`, without the `s`?"],
  });
  silent.close();
});
