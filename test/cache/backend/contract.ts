import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import type { Backend, BackendOptions, BlobId, Entry } from "../../../src/cache/backend/backend.ts";
import { openBackend } from "../../../src/cache/backend/openBackend.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

/** A server, or a directory, that a contract is tried on. */
export type Served = AsyncDisposable & {
  readonly url: string;
  readonly options?: Partial<BackendOptions>;
  /** Puts any bytes where an entry or a blob would be. False: the server refuses what is not right. */
  readonly plant: (kind: Kind, name: Digest, bytes: Uint8Array) => Promise<boolean> | boolean;
  /** Where it refuses that. */
  readonly refuses: readonly Kind[];
  /** How many bytes may come of what is too long, since they are one message. Default: 2 MB */
  readonly longestMessage?: number;
  /** Whether an entry that is there is not written over. */
  readonly keepsFirst: boolean;
};

type Kind = "ac" | "cas";

/** What every backend does. Each test has keys and blobs of its own, since servers are started once. */
export function contract(what: string, start: () => Promise<Served>): void {
  describe(what, () => {
    let served: Served;
    let work: string;
    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), "gantry-contract-"));
      served = await start();
    });
    afterAll(async () => {
      await served?.[Symbol.asyncDispose]();
      rmSync(work, { recursive: true, force: true });
    });
    const open = (options: Partial<BackendOptions> = {}): Backend =>
      valueOfResult(
        openBackend(served.url, {
          signal: new AbortController().signal,
          env: {},
          ...served.options,
          ...options,
        }),
      );
    /** A blob, and a file that has it. */
    const blob = (content: string | Uint8Array): BlobId => {
      const digest = digestOf(content);
      const id = { digest, size: Buffer.byteLength(content) };
      mkdirSync(join(work, "from"), { recursive: true });
      writeFileSync(fileOf(id), content);
      return id;
    };
    const fileOf = (id: BlobId): string => join(work, "from", id.digest);
    const target = (name: string): string => {
      const directory = join(work, name);
      mkdirSync(directory, { recursive: true });
      return directory;
    };
    const fetchInto = async (backend: Backend, blobs: readonly BlobId[], name: string) => {
      const directory = target(name);
      const failed = valueOfResult(await backend.fetch(blobs, ({ digest }) => join(directory, digest)));
      return { failed, files: readdirSync(directory).sort(), directory };
    };
    const push = async (backend: Backend, blobs: readonly BlobId[]): Promise<void> =>
      valueOfResult(await backend.put(blobs, fileOf));

    test("has no entries at first, and those that were put afterwards, for whoever asks", async () => {
      const keys = ["a", "b", "c"].map((name) => digestOf(`${what} entries ${name}`));
      const [a, b, c] = keys as [Digest, Digest, Digest];
      const blobs = [blob("one of entries"), blob("two of entries")];
      const one: Entry = { statement: Buffer.from('{"what":"one"}'), blobs };
      const two: Entry = { statement: random(300_000), blobs: [] };
      await using writer = open();
      expect(valueOfResult(await writer.entries(keys))).toEqual({ found: new Map(), unreadable: [] });
      await push(writer, blobs);
      valueOfResult(await writer.putEntry(a, one));
      valueOfResult(await writer.putEntry(b, two));
      await using reader = open();
      const { found, unreadable } = valueOfResult(await reader.entries([...keys, a]));
      expect(unreadable).toEqual([]);
      expect([...found.keys()].sort()).toEqual([a, b].sort());
      expect(asData(found.get(a))).toEqual(asData(one));
      expect(asData(found.get(b))).toEqual(asData(two));
      expect(found.get(c)).toBeUndefined();
    });

    test("keeps the first entry where it can, and replaces one that is told to be useless", async () => {
      const key = digestOf(`${what} first`);
      const entry = (text: string): Entry => ({ statement: Buffer.from(text), blobs: [] });
      await using backend = open();
      valueOfResult(await backend.putEntry(key, entry("first")));
      valueOfResult(await backend.putEntry(key, entry("second")));
      expect(await statementOf(backend, key)).toBe(served.keepsFirst ? "first" : "second");
      valueOfResult(await backend.putEntry(key, entry("third"), true));
      expect(await statementOf(backend, key)).toBe("third");
    });

    test("tells what is no entry from one that is absent", async () => {
      const planted = digestOf(`${what} planted`);
      const isKept = await served.plant("ac", planted, Buffer.from("this is no entry"));
      expect(isKept).toBe(!served.refuses.includes("ac"));
      await using backend = open();
      const found = valueOfResult(await backend.entries([planted, digestOf(`${what} absent`)]));
      expect(found).toEqual({ found: new Map(), unreadable: isKept ? [planted] : [] });
    });

    test("brings blobs of every size back as they were, and counts their bytes", async () => {
      const sizes = [0, 1, 1000, 70_000, 3_000_000, 9_000_000];
      const blobs = sizes.map((size) => blob(random(size)));
      const all = sizes.reduce((sum, size) => sum + size, 0);
      await using writer = open();
      const absent = valueOfResult(await writer.missing(blobs));
      // Of the empty blob, some say that it is always there.
      expect(absent.filter(({ size }) => size > 0)).toEqual(blobs.slice(1));
      let [sent, received] = [0, 0];
      valueOfResult(await writer.put(blobs, fileOf, (bytes) => (sent += bytes)));
      expect(valueOfResult(await writer.missing(blobs))).toEqual([]);
      await using reader = open();
      const directory = target("sizes");
      const failed = valueOfResult(
        await reader.fetch(
          blobs,
          ({ digest }) => join(directory, digest),
          (bytes) => (received += bytes),
        ),
      );
      expect(failed).toEqual(new Map());
      for (const { digest } of blobs) expect(digestOf(readFileSync(join(directory, digest)))).toBe(digest);
      expect({ sent, received }).toEqual({ sent: all, received: all });
      expect(reader.counters.received).toBeGreaterThanOrEqual(all);
      expect(writer.counters.sent).toBeGreaterThanOrEqual(all);
    });

    test("takes again what it has, and what gets smaller", async () => {
      const blobs = [blob(random(6_000_000)), blob(`${what} `.repeat(50_000)), blob("small, twice")];
      for (const _ of [1, 2]) {
        await using backend = open();
        await push(backend, blobs);
        const { failed, files } = await fetchInto(backend, blobs, "again");
        expect(failed).toEqual(new Map());
        expect(files).toEqual(blobs.map(({ digest }) => digest).sort());
      }
    });

    test("says which blobs are absent, and leaves no files of them", async () => {
      const there = blob("there, of absent");
      const absent = { digest: digestOf(`${what} absent blob`), size: 20 };
      await using backend = open();
      await push(backend, [there]);
      expect(valueOfResult(await backend.missing([absent, there]))).toEqual([absent]);
      const { failed, files } = await fetchInto(backend, [absent, there], "absent");
      expect(failed).toEqual(new Map([[absent.digest, "absent"]]));
      expect(files).toEqual([there.digest]);
    });

    test("takes no other bytes than those of the digest", async () => {
      const [same, longer, shorter] = [1, 2, 3].map(() => ({ ...digestAndSize(random(40_000)) })) as [
        BlobId,
        BlobId,
        BlobId,
      ];
      const isKept = await served.plant("cas", same.digest, random(40_000));
      await served.plant("cas", longer.digest, random(5_000_000));
      await served.plant("cas", shorter.digest, random(10));
      expect(isKept).toBe(!served.refuses.includes("cas"));
      await using backend = open();
      const { failed, files } = await fetchInto(backend, [same, longer, shorter], "altered");
      expect(failed).toEqual(
        new Map([same, longer, shorter].map(({ digest }) => [digest, isKept ? "altered" : "absent"])),
      );
      expect(files).toEqual([]);
      // More than one piece of what is too long is not read.
      expect(backend.counters.received).toBeLessThan(served.longestMessage ?? 2_000_000);
    });

    test("heals a blob that was altered, once it is put again", async () => {
      const whole = blob(random(1000));
      await served.plant("cas", whole.digest, random(1000));
      await using backend = open();
      await push(backend, [whole]);
      expect(await fetchInto(backend, [whole], "healed")).toMatchObject({
        failed: new Map(),
        files: [whole.digest],
      });
    });

    test("has many that write and read at once", async () => {
      const blobs = Array.from({ length: 300 }, (_, index) => blob(`${what} ${index} of many`.repeat(20)));
      const writers = Array.from({ length: 3 }, () => open());
      await Promise.all(writers.map((writer) => push(writer, blobs)));
      await using reader = open();
      expect(valueOfResult(await reader.missing(blobs))).toEqual([]);
      const { failed, files } = await fetchInto(reader, [...blobs, ...blobs], "many");
      expect(failed).toEqual(new Map());
      expect(files).toEqual(blobs.map(({ digest }) => digest).sort());
      for (const writer of writers) await writer[Symbol.asyncDispose]();
    });

    test("ends when it is told to", async () => {
      const blobs = Array.from({ length: 100 }, (_, index) => blob(`${what} ${index} of abort`));
      const controller = new AbortController();
      await using backend = open({ signal: controller.signal });
      const putting = backend.put(blobs, fileOf, () => controller.abort());
      expect(await putting).toMatchObject({ ok: false, error: { code: "interrupted" } });
      expect(await backend.missing(blobs)).toMatchObject({ ok: false, error: { code: "interrupted" } });
    });
  });
}

async function statementOf(backend: Backend, key: Digest): Promise<string | undefined> {
  const entry = valueOfResult(await backend.entries([key])).found.get(key);
  return entry && Buffer.from(entry.statement).toString();
}

function asData(entry: Entry | undefined) {
  return entry && { statement: digestOf(entry.statement), blobs: entry.blobs };
}

function digestAndSize(bytes: Uint8Array): BlobId {
  return { digest: digestOf(bytes), size: bytes.length };
}

/** Bytes that nothing makes smaller. */
export function random(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}
