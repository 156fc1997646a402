import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import type { BackendOptions } from "../../../src/cache/backend/backend.ts";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { credentialsFor } from "../../../src/cache/backend/transport/credentials.ts";
import { listen } from "../../rig/listen.ts";
import { certificates } from "../../rig/servers/certificates.ts";
import { fileServer } from "../../rig/servers/files.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const work = mkdtempSync(join(tmpdir(), "gantry-credentials-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const key = digestOf("key");
const { signal } = new AbortController();

async function ask(url: string, options: Partial<BackendOptions> = {}) {
  const deadlines = { connect: 300, idle: 2000 };
  await using backend = valueOfResult(
    openBackend(url, { signal, env: { HOME: work }, deadlines, ...options }),
  );
  const result = await backend.entries([key]);
  return result.ok ? "answered" : result.error;
}

function helper(name: string, text: string): string {
  const file = join(work, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}

test.each<[string, string, string | undefined]>([
  ["http://me:word@cache.example.org/", "", "me:word"],
  ["http://m%40e:w%2Ford%zz@cache.example.org/", "", "m@e:w/ord%zz"],
  ["http://me:word@cache.example.org/", "machine cache.example.org login a password b", "me:word"],
  ["http://cache.example.org/", "machine cache.example.org login a password b", "a:b"],
  [
    "http://cache.example.org/",
    "machine other login x password y\nmachine cache.example.org\n  login a\n  password b\n",
    "a:b",
  ],
  [
    "http://cache.example.org/",
    '# machine cache.example.org login c\ndefault login a password "b \\"c"',
    'a:b "c',
  ],
  ["http://cache.example.org/", "machine other login x password y", undefined],
  ["http://cache.example.org/", "machine cache.example.org login a", undefined],
])("%s with %j says %j", async (url, netrc, login) => {
  writeFileSync(join(work, "netrc"), netrc);
  const credentials = credentialsFor(new URL(url), {
    env: { NETRC: join(work, "netrc") },
    name: "n",
    signal,
  });
  expect(await credentials.headers(new URL(url))).toEqual(
    login ? { authorization: `Basic ${btoa(login)}` } : {},
  );
});

test("a credential helper is asked once for many requests, and again once its answer was refused or is too old", async () => {
  let wanted = "1";
  await using server = await fileServer((request, response) => {
    const isRight = request.headers["x-turn"] === wanted && request.headers.cookie === "a, b";
    response.writeHead(isRight ? 404 : 401).end();
    return true;
  });
  const count = join(work, "count");
  writeFileSync(count, "");
  const credentialHelper = helper(
    "turns",
    `cat >> ${work}/input; echo >> ${count}; expires=$(cat ${work}/expires)
printf '{"headers":{"X-Turn":["%s"],"Cookie":["a","b"]}%s}' $(wc -l < ${count}) "$expires"`,
  );
  writeFileSync(join(work, "expires"), "");
  await using backend = valueOfResult(
    openBackend(`${server.url}/base`, { signal, env: process.env, credentialHelper }),
  );
  const keys = Array.from({ length: 50 }, (_, index) => digestOf(`${index}`));
  const none = { found: new Map(), unreadable: [] };
  expect(valueOfResult(await backend.entries(keys))).toEqual(none);
  expect(readFileSync(count, "utf8")).toBe("\n");
  expect(JSON.parse(readFileSync(join(work, "input"), "utf8"))).toEqual({
    uri: expect.stringContaining(`${server.url}/base/ac/`),
  });
  wanted = "2";
  writeFileSync(join(work, "expires"), ',"expires":"2020-01-01T00:00:00Z"');
  expect(valueOfResult(await backend.entries([key]))).toEqual(none);
  wanted = "3";
  expect(valueOfResult(await backend.entries([key]))).toEqual(none);
  wanted = "never";
  expect(await backend.entries([key])).toMatchObject({ ok: false, error: { code: "cache-refused" } });
});

test.each([
  ["fails", "echo no key for this >&2; exit 3", "no key for this"],
  ["says something else", "echo hello", "its answer is not what the protocol says"],
])("a credential helper that %s is named, with what it complains of", async (name, text, why) => {
  await using server = await fileServer();
  const credentialHelper = helper(name.replaceAll(" ", "-"), text);
  expect(await ask(server.url, { credentialHelper, env: process.env })).toMatchObject({
    code: "cache-refused",
    causes: [`the credential helper \`${credentialHelper}\`: ${why}`],
    help: [`try it: echo '{"uri":"${server.url}"}' | ${credentialHelper} get`],
  });
  expect(server.asked).toEqual([]);
});

test("TLS: who signed, whose name, whether it is TLS at all, and a client's certificate", async () => {
  const { ca, server, client } = certificates(join(work, "certificates"));
  const start = async (requestCert: boolean) => {
    const files = { cert: readFileSync(server.cert), key: readFileSync(server.key), ca: readFileSync(ca) };
    const https = createServer(
      { ...files, requestCert, rejectUnauthorized: requestCert },
      (request, response) => {
        request.resume();
        response.writeHead(404).end();
      },
    );
    const port = await listen(https, "0.0.0.0");
    return {
      port,
      [Symbol.dispose]: () => https.close() && https.closeAllConnections(),
    };
  };
  const refused = (cause: RegExp, help: RegExp) => ({
    code: "cache-refused",
    causes: [expect.stringMatching(cause)],
    help: [expect.stringMatching(help)],
  });
  using plain = await start(false);
  using strict = await start(true);
  expect(await ask(`https://localhost:${plain.port}`, { tls: { ca } })).toBe("answered");
  expect(await ask(`https://localhost:${plain.port}`)).toMatchObject(
    refused(/unable to verify|self.signed/, /cache.tls.ca/),
  );
  expect(await ask(`https://127.0.0.2:${plain.port}`, { tls: { ca } })).toMatchObject({
    code: "cache-refused",
  });
  expect(await ask(`https://localhost:${strict.port}`, { tls: { ca } })).toMatchObject(
    refused(/certificate required/i, /cache.tls.cert/),
  );
  expect(await ask(`https://localhost:${strict.port}`, { tls: { ca, ...client } })).toBe("answered");
  expect(await ask(`https://localhost:${plain.port}`, { tls: { ca: join(work, "none") } })).toMatchObject(
    refused(/ENOENT/, /`cache.tls.ca`/),
  );
  await using bare = await fileServer();
  expect(await ask(bare.url.replace("http:", "https:"))).toMatchObject(
    refused(/does not speak TLS/, /`http:`/),
  );
});

test("who says nothing while a connection is made, and who is not there", async () => {
  const silent = createSocketServer();
  const port = await listen(silent);
  expect(await ask(`https://127.0.0.1:${port}`)).toMatchObject({
    code: "cache-unreachable",
    causes: ["no connection within 0.3 s"],
  });
  silent.close();
  expect(await ask("http://127.0.0.1:1")).toMatchObject({
    code: "cache-unreachable",
    help: ["start the server, or check the port"],
  });
  expect(await ask("http://no-such-host.invalid")).toMatchObject({
    code: "cache-unreachable",
    help: ["check the name of the host, and the network"],
  });
});

test("a proxy is asked where one is named, and named where it fails", async () => {
  const asked: string[] = [];
  await using proxy = await fileServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(404).end();
    return true;
  });
  expect(await ask("http://cache.example.org", { env: { http_proxy: proxy.url } })).toBe("answered");
  expect(asked).toEqual([`http://cache.example.org/ac/${key}`]);
  expect(
    await ask("http://cache.example.org", { env: { http_proxy: "http://me:word@127.0.0.1:1" } }),
  ).toMatchObject({
    code: "cache-unreachable",
    notes: ["`http_proxy` names the proxy http://***@127.0.0.1:1/"],
  });
});
