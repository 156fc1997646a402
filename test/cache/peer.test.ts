import { stat } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Diagnostic, diagnostic } from "../../src/base/diagnostic.ts";
import { digestOf } from "../../src/base/digest.ts";
import { err, ok } from "../../src/base/result.ts";
import type { Backend } from "../../src/cache/backend/backend.ts";
import { openPeer } from "../../src/cache/peer.ts";
import { newKey, signingKey, trustedKey } from "../../src/cache/statement/keys.ts";
import { entryKey, type Statement, writeStatement } from "../../src/cache/statement/statement.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

const { secret, trusted } = newKey("ci-1");
const key = valueOfResult(signingKey(secret, "test"));
const name = { kind: "unit", version: 1, key: "serde" };
const pack = { digest: digestOf("pack"), size: 4, unpacked: 4 };
const statement: Statement = {
  ...{ format: 2, ...name, value: "{}" },
  made: { by: "0.1.0", level: "full", at: 1, took: 1 },
};

/** A server that does what `how` says, and otherwise has nothing. */
function peerOf(how: Partial<Backend>) {
  const warned: Diagnostic[] = [];
  let aborted = 0;
  const asked: string[] = [];
  const backend: Backend = {
    name: "https://cache",
    entries: async () => ok({ found: new Map(), unreadable: [] }),
    putEntry: async () => ok(),
    missing: async (blobs) => ok(blobs),
    fetch: async (blobs) => ok(new Map(blobs.map(({ digest }) => [digest, "absent"]))),
    put: async () => ok(),
    counters: { requests: 0, received: 0, sent: 0 },
    [Symbol.asyncDispose]: async () => undefined,
    ...how,
  };
  const watched = {
    ...backend,
    entries: (keys: Parameters<Backend["entries"]>[0]) => {
      asked.push("entries");
      return backend.entries(keys);
    },
  };
  const peer = openPeer(watched, {
    trusted: [valueOfResult(trustedKey(trusted))],
    warn: (problem) => void warned.push(problem),
    abort: () => {
      aborted += 1;
    },
    patience: 300,
  });
  return { peer, warned, asked, aborted: () => aborted };
}

const never = () => new Promise<never>(() => undefined);
const whenever = Number.POSITIVE_INFINITY;
const path = () => "/nowhere";

test("an answer that came while this process was busy itself is not late", async () => {
  const found = ok({ found: new Map(), unreadable: [] });
  const { peer, warned } = peerOf({
    entries: () => {
      const { promise, resolve } = Promise.withResolvers<typeof found>();
      stat(import.meta.filename, () => resolve(found));
      for (const end = performance.now() + 1000; performance.now() < end; );
      return promise;
    },
  });
  expect(await peer.lookUp([name])).toEqual([]);
  expect(warned).toEqual([]);
});

test("what does not answer is given up, told once, and not asked again", async () => {
  const { peer, warned, asked, aborted } = peerOf({ entries: never });
  expect(await Promise.all([peer.lookUp([name]), peer.lookUp([name])])).toEqual([[], []]);
  expect(await peer.lookUp([name])).toEqual([]);
  expect(warned.map(({ code, message, notes }) => [code, message, notes])).toEqual([
    [
      "cache-given-up",
      "the shared cache at `https://cache` is left out of this command",
      ["`https://cache` does not answer in time"],
    ],
  ]);
  expect(asked).toEqual(["entries", "entries"]);
  expect(aborted()).toBe(1);
});

test("who is told to stop blames nobody", async () => {
  const stopped = peerOf({ entries: async () => err(diagnostic("interrupted", "interrupted")) });
  expect(await stopped.peer.lookUp([name])).toEqual([]);
  expect(stopped.warned).toEqual([]);
  expect(stopped.peer.gone()?.code).toBe("interrupted");
});

test("what refuses is given up with its reason", async () => {
  const full = diagnostic("cache-full", "the disk of `https://cache` is full", { help: ["make room"] });
  const { peer, warned } = peerOf({ put: async () => err(full) });
  const sent = await peer.put(
    { ...statement, tree: { digest: digestOf("tree"), packs: [pack] } },
    { key, path, replace: false },
  );
  expect(sent).toBe(false);
  expect(warned).toMatchObject([
    {
      code: "cache-given-up",
      notes: ["the disk of `https://cache` is full"],
      help: ["make room", expect.any(String)],
    },
  ]);
});

test("what sends nothing, or all too slowly, is given up", async () => {
  const silent = peerOf({ fetch: never });
  expect([...(await silent.peer.fetch([pack], path, whenever)).values()]).toEqual(["absent"]);
  expect(silent.warned).toHaveLength(1);
  const slow = peerOf({
    async fetch(_, __, onBytes) {
      for (;;) {
        await sleep(50);
        onBytes?.(1);
      }
    },
  });
  expect([...(await slow.peer.fetch([pack], path, whenever)).values()]).toEqual(["absent"]);
  expect(slow.warned).toHaveLength(1);
});

test("what takes longer than it is worth is given up", async () => {
  const { peer, warned } = peerOf({
    async fetch(_, __, onBytes) {
      for (;;) {
        await sleep(20);
        onBytes?.(1_000_000);
      }
    },
  });
  await peer.fetch([pack], path, performance.now() + 300);
  expect(warned).toHaveLength(1);
});

test("what the operating system refuses fails no build", async () => {
  const { peer, warned } = peerOf({
    fetch: async () => Promise.reject(Object.assign(new Error("EIO: i/o error"), { code: "EIO" })),
  });
  expect([...(await peer.fetch([pack], path, whenever)).values()]).toEqual(["absent"]);
  expect(warned).toMatchObject([{ notes: ["EIO: i/o error"] }]);
});

test("what is not believed is told once for all of which it is true, and the rest is taken", async () => {
  const names = ["a", "b", "c", "d"].map((each) => ({ ...name, key: each }));
  const entryOf = (bytes: Uint8Array) => ({ statement: bytes, blobs: [] });
  const stranger = valueOfResult(signingKey(newKey("mallory").secret, "test"));
  const [a, b, c, d] = names.map(entryKey);
  const { peer, warned } = peerOf({
    entries: async () =>
      ok({
        found: new Map([
          [a ?? digestOf(""), entryOf(writeStatement({ ...statement, key: "a" }, key))],
          [b ?? digestOf(""), entryOf(writeStatement({ ...statement, key: "b" }, stranger))],
          [c ?? digestOf(""), entryOf(writeStatement({ ...statement, key: "c" }, stranger))],
        ]),
        unreadable: [d ?? digestOf("")],
      }),
  });
  expect((await peer.lookUp(names)).map((each) => each.statement.key)).toEqual(["a"]);
  await peer.lookUp(names);
  expect(warned.map(({ message }) => message).sort()).toEqual([
    "what the shared cache has of `unit b` (and of 1 more) is signed by `mallory`, which is not among the trusted keys",
    "what the shared cache has of `unit d` is not an entry of a cache",
  ]);
  const occupied = await peer.occupied(names);
  expect(
    names
      .map((each) => occupied?.get(each))
      .map((each) => (typeof each === "string" ? each : each?.signer.name)),
  ).toEqual([...["ci-1", "useless", "useless", "useless"]]);
});
