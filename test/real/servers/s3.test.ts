import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { contract } from "../../cache/backend/contract.ts";
import { certificates } from "../../rig/servers/certificates.ts";
import type { Running } from "../../rig/servers/process.ts";
import { s3Keys, startVersitygw } from "../../rig/servers/versitygw.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const work = mkdtempSync(join(tmpdir(), "gantry-s3-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));
const { ca, server } = certificates(join(work, "certificates"));

for (const [what, scheme, args, options] of [
  ["", "http", [], {}],
  [" with TLS", "https", ["--cert", server.cert, "--key", server.key], { tls: { ca } }],
] as const)
  contract(`versitygw, an S3 server${what}`, async () => {
    const running = await startVersitygw(...args);
    const endpoint = encodeURIComponent(`${scheme}://127.0.0.1:${running.ports[0]}`);
    return {
      url: `s3://team/a prefix/of+two?endpoint=${endpoint}&region=eu-central-1`,
      options: { env: s3Keys, ...options },
      refuses: [],
      keepsFirst: true,
      plant(kind, name, bytes) {
        const file = join(running.directory, "files/team/a prefix/of+two", kind, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, bytes);
        return true;
      },
      [Symbol.asyncDispose]: () => Promise.resolve(running[Symbol.asyncDispose]()),
    };
  });

let running: Running;
beforeAll(async () => {
  running = await startVersitygw();
});
afterAll(() => running?.[Symbol.asyncDispose]());

async function ask(address: string, env: NodeJS.ProcessEnv) {
  const url = address.replace("ENDPOINT", encodeURIComponent(`http://127.0.0.1:${running.ports[0]}`));
  await using backend = valueOfResult(openBackend(url, { signal: new AbortController().signal, env }));
  const result = await backend.entries([digestOf("key")]);
  return result.ok ? "answered" : { ...result.error, name: backend.name };
}

test("where the bucket is, and who asks, is found as the AWS tools find it", async () => {
  const endpoint = `http://127.0.0.1:${running.ports[0]}`;
  const config = join(work, "config");
  writeFileSync(
    config,
    `[profile team]\nregion = eu-central-1\nendpoint_url = ${endpoint}\naws_access_key_id = ${s3Keys.AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${s3Keys.AWS_SECRET_ACCESS_KEY}\n`,
  );
  expect(await ask("s3://team?endpoint=ENDPOINT&region=eu-central-1", s3Keys)).toBe("answered");
  expect(
    await ask("s3://team", { ...s3Keys, AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: "eu-central-1" }),
  ).toBe("answered");
  process.env.AWS_CONFIG_FILE = config;
  process.env.AWS_SHARED_CREDENTIALS_FILE = join(work, "none");
  expect(await ask("s3://team/below?profile=team", {})).toBe("answered");
  expect(await ask("s3://team/below", { AWS_PROFILE: "team" })).toBe("answered");
  process.env.AWS_EC2_METADATA_DISABLED = "true";
  expect(await ask("s3://team?endpoint=ENDPOINT", {})).toMatchObject({
    code: "cache-refused",
    help: [expect.stringContaining("`AWS_ACCESS_KEY_ID`")],
  });
});

test("a signature that is wrong is refused with what S3 says of it, and no more", async () => {
  const wrong = { ...s3Keys, AWS_SECRET_ACCESS_KEY: "wrong" };
  expect(await ask("s3://team?endpoint=ENDPOINT&region=eu-central-1", wrong)).toMatchObject({
    code: "cache-refused",
    causes: [expect.stringMatching(/^the server answered 403 Forbidden: SignatureDoesNotMatch: [^<]*$/)],
    name: `s3://team?endpoint=http%3A%2F%2F127.0.0.1%3A${running.ports[0]}&region=eu-central-1`,
  });
  expect(await ask("s3://team?endpoint=ENDPOINT&region=us-east-1", s3Keys)).toMatchObject({
    code: "cache-refused",
    causes: [expect.stringContaining("eu-central-1")],
  });
  expect(await ask("s3://none?endpoint=ENDPOINT&region=eu-central-1", s3Keys)).toMatchObject({
    code: "cache-refused",
    causes: [expect.stringMatching(/^NoSuchBucket: /)],
  });
});
