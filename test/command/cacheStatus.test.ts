import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { newKey } from "../../src/cache/statement/keys.ts";
import { fileServer } from "../rig/servers/files.ts";
import { tempProject } from "../rig/tempProject.ts";

const project = tempProject({
  "Cargo.toml": '[package]\nname = "tiny"\nversion = "0.1.0"\nedition = "2024"\n',
  "src/lib.rs": "",
  "rust-toolchain.toml": '[toolchain]\nchannel = "1.50.0"\n',
});
project.lock();
afterAll(() => project[Symbol.dispose]());
const GANTRY_CACHE_SIGN_WITH = newKey("ci-1").secret;

async function status(env: Readonly<Record<string, string>>) {
  const { out, status } = await project.gantry(["cache", "status"], {
    env: { GANTRY_CACHE_SIGN_WITH, ...env },
  });
  const row = (name: string) => new RegExp(`^${name} +(.*)$`, "m").exec(out)?.[1];
  return { status, answers: row("answers"), writes: row("writes") };
}

test("it tries to write, always the same entry, and needs no toolchain", async () => {
  await using server = await fileServer();
  await using distribution = await fileServer();
  const env = { GANTRY_CACHE: server.url, RUSTUP_DIST_SERVER: distribution.url };
  const first = await status(env);
  expect(first).toEqual({
    status: 0,
    answers: expect.stringMatching(/^in /),
    writes: "yes, signed as `ci-1`",
  });
  expect(await status(env)).toEqual({ ...first, answers: expect.any(String) });
  expect(server.files.size).toBe(1);
  expect(distribution.asked).toEqual([]);
});

test("a server that lets read and refuses to be written to", async () => {
  await using server = await fileServer(({ method }, response) => {
    if (method !== "PUT") return false;
    response.writeHead(401).end();
    return true;
  });
  const { writes, ...others } = await status({ GANTRY_CACHE: server.url });
  expect(others).toEqual({ status: 1, answers: expect.stringMatching(/^in /) });
  expect(writes).toMatch(/^no: the cache `.*` refuses: the server answered 401 Unauthorized$/);
});

test("a server that does not answer is not written to", async () => {
  expect(await status({ GANTRY_CACHE: "http://127.0.0.1:9" })).toMatchObject({
    status: 1,
    answers: expect.stringMatching(/^no: /),
    writes: "not tried, since it does not answer; signed as `ci-1`",
  });
});

test("a directory that is not there is empty, and is not made", async () => {
  const directory = join(project.root, "none/cache");
  expect(await status({ GANTRY_CACHE: directory })).toEqual({
    status: 0,
    answers: expect.stringMatching(/^in .* \(empty: not there yet\)$/),
    writes: "yes, signed as `ci-1`: who sends first makes the directory",
  });
  expect(existsSync(join(project.root, "none"))).toBe(false);
});
