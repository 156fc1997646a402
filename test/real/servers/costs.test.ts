import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { formatBytes } from "../../../src/base/format.ts";
import type { Backend, BlobId } from "../../../src/cache/backend/backend.ts";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { random } from "../../cache/backend/contract.ts";
import { startBazelRemote } from "../../rig/servers/bazelRemote.ts";
import { startBuildbox } from "../../rig/servers/buildbox.ts";
import { distant } from "../../rig/servers/distant.ts";
import { startNginx } from "../../rig/servers/nginx.ts";
import type { Running } from "../../rig/servers/process.ts";
import { s3Keys, startVersitygw } from "../../rig/servers/versitygw.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const work = mkdtempSync(join(tmpdir(), "gantry-costs-"));
const rows: string[] = [];
const page = join(import.meta.dirname, "../../../docs/cache-servers-measured.md");

/** As many as a layer has crates, some of them large: 300 entries of one blob each. */
const blobs: BlobId[] = Array.from({ length: 300 }, (_, index) => {
  const content = random(index % 60 === 0 ? 1_500_000 : 20_000 + 200 * index);
  const id = { digest: digestOf(content), size: content.length };
  writeFileSync(join(work, id.digest), content);
  return id;
});
const size = blobs.reduce((sum, blob) => sum + blob.size, 0);

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
  if (rows.length < servers.length) return;
  writeFileSync(
    page,
    `# What caches on servers cost

Written by \`npm run test:servers\`: 300 entries with one blob each, ${formatBytes(size)} together, as a layer of 300 crates has
them: asked for in vain, put (blobs that are not there, then the entries), and brought to another machine. Requests and bytes
are those of the client's counters. A round trip to a server takes 30 ms.

| server | look up, in vain | put | look up | bring | connections, of two clients |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`,
  );
});

const far = 30;

type Server = [string, () => Promise<Running | undefined>, (port: number) => string, number];

const servers: Server[] = [
  ["a directory", async () => undefined, () => pathToFileURL(join(work, "cache")).href, 1500],
  ["nginx with WebDAV", startNginx, (port) => `http://127.0.0.1:${port}`, 900],
  ["bazel-remote, HTTP", startBazelRemote, (port) => `http://127.0.0.1:${port}`, 900],
  [
    "versitygw, S3",
    () => startVersitygw(),
    (port) => `s3://team?region=eu-central-1&endpoint=${encodeURIComponent(`http://127.0.0.1:${port}`)}`,
    900,
  ],
  ["bazel-remote, gRPC", startBazelRemote, (port) => `grpc://127.0.0.1:${port}`, 330],
  ["buildbox-casd, gRPC", startBuildbox, (port) => `grpc://127.0.0.1:${port}`, 330],
];

test.each(servers)("%s", async (what, start, url, most) => {
  const running = await start();
  const port = running && (what === "bazel-remote, gRPC" ? running.ports[1] : running.ports[0]);
  const proxy = port === undefined ? undefined : await distant(port, far);
  const signal = new AbortController().signal;
  const open = () => valueOfResult(openBackend(url(proxy?.port ?? 0), { signal, env: s3Keys }));
  const cells: string[] = [];
  const measure = async (backend: Backend, run: () => Promise<void>) => {
    const before = { ...backend.counters };
    await run();
    const { requests, received, sent } = backend.counters;
    const moved = received - before.received + sent - before.sent;
    cells.push(`${requests - before.requests} requests, ${formatBytes(moved)}`);
  };
  const keys = blobs.map(({ digest }) => digestOf(digest));
  const entry = (blob: BlobId) => ({
    statement: Buffer.from(`{"tree":"${blob.digest}"}`.padEnd(700)),
    blobs: [blob],
  });
  {
    await using backend = open();
    await measure(backend, async () => void valueOfResult(await backend.entries(keys)));
    await measure(backend, async () => {
      const missing = valueOfResult(await backend.missing(blobs));
      expect(missing.length).toBe(blobs.length);
      valueOfResult(await backend.put(missing, ({ digest }) => join(work, digest)));
      await Promise.all(
        blobs.map(async (blob) => valueOfResult(await backend.putEntry(digestOf(blob.digest), entry(blob)))),
      );
    });
    expect(backend.counters.requests).toBeLessThan(300 + most + 10);
  }
  mkdirSync(join(work, "to"), { recursive: true });
  await using backend = open();
  await measure(backend, async () => expect(valueOfResult(await backend.entries(keys)).found.size).toBe(300));
  await measure(backend, async () =>
    expect(valueOfResult(await backend.fetch(blobs, ({ digest }) => join(work, "to", digest)))).toEqual(
      new Map(),
    ),
  );
  rows.push(`| ${[what, ...cells, proxy?.connections ?? ""].join(" | ")} |`);
  await proxy?.[Symbol.asyncDispose]();
  await running?.[Symbol.asyncDispose]();
});
