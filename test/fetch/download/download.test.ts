import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { download, downloadText } from "../../../src/fetch/download/download.ts";
import { listen } from "../../rig/listen.ts";

const bytes = Buffer.from("0123456789".repeat(20_000));
const sha256 = createHash("sha256").update(bytes).digest("hex");

type Answering = (request: IncomingMessage, response: ServerResponse, from: number) => void;

/** A server that answers each request in turn as it is told, and the last of these from then on. */
async function rig(...answers: readonly Answering[]) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(`${request.url}${from > 0 ? ` from ${from}` : ""}`);
    answer?.(request, response, from);
  });
  const directory = mkdtempSync(join(tmpdir(), "gantry-download-"));
  const url = `http://127.0.0.1:${await listen(server)}`;
  const to = join(directory, "downloads/file");
  return {
    ...{ asked, url, to },
    before(left: Buffer) {
      mkdirSync(join(directory, "downloads"));
      writeFileSync(to, left);
    },
    get: (
      more: {
        onWait?: (text: string) => void;
        url?: string;
        env?: NodeJS.ProcessEnv;
        signal?: AbortSignal;
        limit?: number;
      } = {},
    ) =>
      download({
        ...{ url: `${url}/file`, sha256, to, env: {}, signal: new AbortController().signal },
        ...{ limit: 1e6, onProgress: () => undefined, ...more },
      }),
    async [Symbol.asyncDispose]() {
      rmSync(directory, { recursive: true });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const whole: Answering = (_, response) => response.end(bytes);
const ranges: Answering = (_, response, from) => {
  if (from >= bytes.length) return response.writeHead(416).end();
  if (from === 0) return response.end(bytes);
  const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
  return response.writeHead(206, { "content-range": range }).end(bytes.subarray(from));
};
const breaksAt =
  (end: number): Answering =>
  (_, response, from) => {
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": bytes.length - from,
      ...(from > 0 && { "content-range": range }),
    });
    response.write(bytes.subarray(from, end), () => setTimeout(() => response.destroy(), 20));
  };
const stalls: Answering = (_, response) => void response.write(bytes.subarray(0, 1000));

test.each<[string, readonly Answering[], readonly string[], Buffer?]>([
  ["is brought at once", [whole], ["/file"]],
  ["is gone on with", [breaksAt(1000), ranges], ["/file", "/file from 1000"]],
  ["begins anew where a server knows no ranges", [breaksAt(1000), whole], ["/file", "/file from 1000"]],
  [
    "begins anew where a server gives another range than was asked for",
    [
      breaksAt(1000),
      (_, response) =>
        response.writeHead(206, { "content-range": "bytes 500-199999/200000" }).end(bytes.subarray(500)),
      whole,
    ],
    ["/file", "/file from 1000", "/file"],
  ],
  ["that was there already is only verified", [ranges], ["/file from 200000"], bytes],
  [
    "is brought anew where what was left of it is not its beginning",
    [ranges],
    ["/file from 300", "/file"],
    Buffer.alloc(300),
  ],
  [
    "is brought anew where too much was left of it",
    [ranges],
    ["/file from 200001", "/file"],
    Buffer.alloc(200_001),
  ],
  [
    "is read from behind redirects",
    [(_, response) => response.writeHead(302, { location: "/elsewhere" }).end(), whole],
    ["/file", "/elsewhere"],
  ],
  [
    "is unpacked where a server packs what nobody asked it to",
    [(_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(bytes))],
    ["/file"],
  ],
  [
    "is asked for again where the server is overloaded",
    [(_, response) => response.writeHead(503).end(), whole],
    ["/file", "/file"],
  ],
  [
    "that is longer in the server's words than it is, is whole",
    [
      (_, response) =>
        void response
          .writeHead(200, { "content-length": 300_000 })
          .write(bytes, () => setTimeout(() => response.destroy(), 20)),
      ranges,
    ],
    ["/file", "/file from 200000"],
  ],
])("a file %s", async (_, answers, asked, left) => {
  await using it = await rig(...answers);
  if (left) it.before(left);
  expect(await it.get()).toMatchObject({ ok: true });
  expect(it.asked).toEqual(asked);
  expect(readFileSync(it.to).equals(bytes)).toBe(true);
});

test("a file is gone on with where nothing comes any more, and each attempt is told", async () => {
  await using it = await rig(stalls, ranges);
  const said: string[] = [];
  // On a loaded machine, the second answer may take a while, too.
  const env = { CARGO_HTTP_TIMEOUT: "2" };
  expect(await it.get({ env, onWait: (text) => said.push(text) })).toMatchObject({ ok: true });
  expect(it.asked).toEqual(["/file", "/file from 1000"]);
  expect(said).toEqual([
    `asking ${new URL(it.url).host} again, attempt 2 of 3: the server sent nothing for 2 s`,
  ]);
});

test("who waits is told after 10 s", async () => {
  await using it = await rig(stalls);
  const [said, stopping] = [[] as string[], new AbortController()];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const getting = it.get({ signal: stopping.signal, onWait: (text) => said.push(text) });
    await vi.waitFor(() => expect(existsSync(it.to) && statSync(it.to).size).toBe(1000));
    vi.advanceTimersByTime(20_000);
    stopping.abort();
    await getting;
    expect(said).toEqual([`waiting for ${new URL(it.url).host}: no data for 10 s, attempt 1 of 3`]);
  } finally {
    vi.useRealTimers();
  }
});

test.each<[string, Answering, object, number]>([
  [
    "sends nothing",
    () => undefined,
    { code: "download-failed", causes: ["the server sent nothing for 0.2 s"] },
    3,
  ],
  [
    "sends nothing after its head",
    (_, response) => response.writeHead(200, { "content-length": 500 }).flushHeaders(),
    { code: "download-failed", causes: ["the server sent nothing for 0.2 s"] },
    3,
  ],
  [
    "leads in a circle",
    (_, response) => response.writeHead(302, { location: "/file" }).end(),
    { code: "download-failed", causes: ["it only leads from one to the other"] },
    11,
  ],
  [
    "has it not",
    (_, response) => response.writeHead(404).end(),
    { code: "download-failed", causes: ["the server answered 404 Not Found"] },
    1,
  ],
  [
    "has less than it says",
    (_, response) => response.writeHead(200, { "content-length": 500 }).end(bytes.subarray(0, 500)),
    { code: "checksum-mismatch" },
    1,
  ],
])("a server that %s is told, at once or after three attempts", async (name, answer, error, times) => {
  await using it = await rig(answer);
  const env = name.startsWith("sends nothing") ? { CARGO_HTTP_TIMEOUT: "0.2" } : {};
  expect(await it.get({ env })).toMatchObject({ ok: false, error });
  expect(it.asked).toHaveLength(times);
});

test("a proxy is asked, with a scheme or without, plain HTTP without a tunnel", async () => {
  await using it = await rig(whole);
  const text = (url: string, env: NodeJS.ProcessEnv) => downloadText(url, { env, signal: never, limit: 1e6 });
  const proxies = [it.url, it.url.replace("http://", "")];
  for (const proxy of proxies)
    expect(await text("http://rust.example.org/file", { http_proxy: proxy })).toMatchObject({ ok: true });
  expect(it.asked).toEqual(Array(2).fill("http://rust.example.org/file"));
  await it.get({ env: { http_proxy: "http://127.0.0.1:1", no_proxy: "127.0.0.1" } });
  expect(it.asked.at(-1)).toBe("/file");
  expect(await text("https://rust.example.org/file", { https_proxy: proxies[1] })).toMatchObject({
    error: {
      causes: ["Connection to establish proxy tunnel ended unexpectedly"],
      notes: [`\`https_proxy\` names the proxy ${it.url}/`],
    },
  });
});

test("a proxy that cannot be used is told, without its password, and the server is not asked", async () => {
  await using it = await rig(whole);
  expect(await it.get({ env: { http_proxy: "socks5://me:p@ss/word@127.0.0.1:1" } })).toMatchObject({
    error: {
      code: "download-failed",
      causes: ["`http_proxy` is `socks5://***@127.0.0.1:1`: only proxies with http or https can be used"],
      help: ["name one as `http://HOST:PORT`; with `no_proxy=127.0.0.1` the server is asked directly"],
    },
  });
  expect(it.asked).toEqual([]);
});

test("a directory is a server, and what is none is said so", async () => {
  await using it = await rig(whole);
  it.before(Buffer.alloc(0));
  writeFileSync(`${it.to}.there`, bytes);
  expect(await it.get({ url: `file://${it.to}.there` })).toMatchObject({ ok: true });
  for (const [url, cause] of [
    [`file://${it.to}.none`, "there is no such file"],
    ["file:///tmp", "there is no such file"],
    ["file://elsewhere/file", expect.stringContaining("host")],
    ["mirror.example.org/file", "this is no address with http, https or file"],
  ])
    expect(await it.get({ url })).toMatchObject({ error: { code: "download-failed", causes: [cause] } });
  expect(it.asked).toEqual([]);
});

const endless: Answering = (_, response) => {
  const more = () => void response.write(bytes, (failed) => failed || more());
  more();
};

test.each<[string, Answering]>([
  ["that never ends", endless],
  [
    "that is announced as longer",
    (_, response) => response.writeHead(200, { "content-length": 2e6 }).flushHeaders(),
  ],
])("a file %s than may be is left at once, and nothing of it is kept", async (_, answer) => {
  await using it = await rig(answer);
  const error = {
    code: "download-failed",
    causes: ["the server sends more than 976.6 KiB, and nothing that is asked for is as long"],
  };
  expect(await it.get()).toMatchObject({ error });
  expect(await downloadText(it.url, { env: {}, signal: never, limit: 1e6 })).toMatchObject({ error });
  expect(it.asked).toEqual(["/file", "/"]);
  expect(existsSync(it.to)).toBe(false);
});

test("what goes on beyond its announced end is no part of the file", async () => {
  await using it = await rig(breaksAt(1000), (request, response, from) => {
    response.writeHead(206, { "content-range": `bytes ${from}-1999/2000` });
    endless(request, response, from);
  });
  expect(await it.get()).toMatchObject({ error: { code: "download-failed" } });
  expect(existsSync(it.to)).toBe(false);
});

test("Ctrl-C ends it, and what came is kept", async () => {
  await using it = await rig(stalls, ranges);
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 200);
  expect(await it.get({ signal: stopping.signal })).toMatchObject({ error: { code: "interrupted" } });
  expect(existsSync(it.to)).toBe(true);
  expect((await it.get()).ok).toBe(true);
  expect(it.asked).toEqual(["/file", "/file from 1000"]);
});

const never = new AbortController().signal;
