import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type Digest, digestOf } from "../../../src/base/digest.ts";
import { newKey, signingKey, trustedKey } from "../../../src/cache/statement/keys.ts";
import { sharedLevel } from "../../../src/cache/statement/statement.ts";
import type { EngineEvent } from "../../../src/engine/event.ts";
import { othersRecords } from "../../../src/engine/shared/othersRecords.ts";
import { sendAll } from "../../../src/engine/shared/send.ts";
import { openSharedCache } from "../../../src/engine/shared/sharedCache.ts";
import type { UploadItem } from "../../../src/engine/shared/upload.ts";
import { startUploads } from "../../../src/engine/shared/uploads.ts";
import { logFile, openStepLog, recordedLog } from "../../../src/engine/why/journal.ts";
import { openStore } from "../../../src/store/openStore.ts";
import type { Store } from "../../../src/store/store.ts";
import { launcher } from "../../rig/gantry.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

const root = mkdtempSync(join(tmpdir(), "gantry-records-"));
const cleanup = new DisposableStack();
afterAll(() => {
  cleanup.dispose();
  rmSync(root, { recursive: true });
});

const [ci, other] = [newKey("ci-1"), newKey("ci-2")];
const signal = new AbortController().signal;
const env = {};
let count = 0;
let cache = "";
beforeEach(() => {
  count += 1;
  cache = join(root, `cache-${count}`);
});

/** A machine with an empty store. */
function machine() {
  count += 1;
  return cleanup.use(valueOfResult(openStore(join(root, `store-${count}`))));
}

async function send(
  store: Store,
  items: readonly UploadItem[],
  { secret, trusted } = ci,
  { level = sharedLevel, trusts = [trusted], verify = false } = {},
) {
  const lines = (async function* () {
    for (const item of items) yield JSON.stringify(item);
  })();
  const url = pathToFileURL(cache).href;
  const order = { url, access: {}, trusted: trusts, secret, store: store.root, level };
  const events: EngineEvent[] = [];
  const ends = await sendAll(order, lines, {
    ...{ store, signal, env, verify },
    emit: (event) => void events.push(event),
  });
  return Object.fromEntries(valueOfResult(ends));
}

async function bring(
  store: Store,
  names: readonly Pick<UploadItem, "kind" | "key">[],
  trusted = [ci.trusted],
) {
  const others = othersRecords(store);
  others.trust(trusted);
  const problems: string[] = [];
  await using shared = openSharedCache({
    settings: {
      url: pathToFileURL(cache).href,
      trusted: trusted.map((text) => valueOfResult(trustedKey(text))),
      write: { reads: "it is a test" },
      access: {},
    },
    ...{ store, others, signal, env },
    emit: (event) => event.type === "warning" && problems.push(event.diagnostic.message),
  });
  // Two steps that want the same.
  await Promise.all([shared.bring(names), shared.bring(names)]);
  return { others, problems, report: shared.report(), isUseless: shared.isUseless };
}

async function addTree(
  store: Store,
  files: Readonly<Record<string, string>>,
  how: "addTree" | "addOutput" = "addTree",
) {
  await using scratch = await store.tempDir("test");
  for (const [path, text] of Object.entries(files)) {
    const file = join(scratch.path, "tree", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (path.startsWith("bin/")) chmodSync(file, 0o755);
  }
  return await store[how](join(scratch.path, "tree"));
}

test("a cache of which nothing is taken since no key is trusted is told of, once", async () => {
  const names = [{ kind: "result", key: "one" }] as const;
  const { problems, report } = await bring(machine(), names, []);
  expect(problems).toEqual([`nothing is taken from the shared cache at \`${pathToFileURL(cache).href}\``]);
  expect(report).toMatchObject({ found: 0, requests: 0 });
});

test("records of all forms come as they went, with their trees and logs", async () => {
  const builder = machine();
  const tree = await addTree(builder, { "deps/libleaf.rlib": "code", "build/leaf/out/a.rs": "" });
  const files = [
    { path: "build/leaf/out/a.rs", type: "file", digest: digestOf(""), executable: false },
    { path: "deps/libleaf.rlib", type: "file", digest: digestOf("code"), executable: false },
  ];
  const output = await addTree(builder, { "bin/app": "program" }, "addOutput");
  const crate = await addTree(builder, { "src/lib.rs": "//", "Cargo.toml": "" });
  const step = digestOf("step");
  mkdirSync(join(builder.root, "logs", step.slice(0, 2)), { recursive: true });
  writeFileSync(logOf(builder, step), "Compiling app\n");
  const graph = "x".repeat(100_000);
  const items: UploadItem[] = [
    { kind: "unit", key: digestOf("unit"), value: { tree, files, against: {} }, took: 1500, rests: [] },
    { kind: "result", key: step, value: { output, seconds: 2.5 }, took: 2500, rests: [] },
    { kind: "crate", key: "abc leaf-1.0.0", value: crate, took: 0, rests: [] },
    { kind: "unit-graphs", key: digestOf("plan"), value: [graph], took: 0, rests: [] },
    { kind: "reads", key: digestOf("base"), value: [["file:src/lib.rs"]], took: 0, rests: [] },
  ];
  expect(await send(builder, items)).toEqual({ sent: 5 });
  expect(await send(builder, items)).toEqual({ there: 5 });
  const store = machine();
  const { others, problems, report } = await bring(store, items);
  expect(problems).toEqual([]);
  expect(report).toMatchObject({ lookedFor: 5, found: 5, saved: 4 });
  for (const { kind, key, value } of items) {
    const found = others.get(kind, key);
    if (kind === "unit") expect(found).toMatchObject({ tree, files: expect.arrayContaining(files) });
    else expect(found).toEqual(value);
    expect(store.records.get(kind, key)).toBeUndefined();
  }
  const log = logFile({ ...store, records: others }, step);
  expect(readFileSync(log, "utf8")).toBe("Compiling app\n");
  expect(await store.changesOf(output)).toEqual([]);
});

test("sending that is interrupted is no problem of the cache", async () => {
  const store = machine();
  const lines = (async function* () {
    yield JSON.stringify({ kind: "reads", key: digestOf("base"), value: [["file:a"]], took: 0, rests: [] });
  })();
  const url = pathToFileURL(cache).href;
  const order = {
    url,
    access: {},
    trusted: [ci.trusted],
    secret: ci.secret,
    store: store.root,
    level: sharedLevel,
  };
  const events: EngineEvent[] = [];
  const emit = (event: EngineEvent) => void events.push(event);
  const ends = await sendAll(order, lines, { store, signal: AbortSignal.abort(), env, emit });
  expect(!ends.ok && ends.error.code).toBe("interrupted");
  expect(events.filter(({ type }) => type === "warning")).toEqual([]);
  expect(store.records.get("cache-problem", url)).toBeUndefined();
});

test("a log is shown to who trusts those who tell it", async () => {
  const builder = machine();
  const output = await addTree(builder, { "bin/app": "program" }, "addOutput");
  const step = digestOf("told");
  mkdirSync(join(builder.root, "logs", step.slice(0, 2)), { recursive: true });
  writeFileSync(logOf(builder, step), "what he likes\n");
  const item: UploadItem = { kind: "result", key: step, value: { output, seconds: 1 }, took: 1, rests: [] };
  await send(builder, [item], other);
  const store = machine();
  const { others } = await bring(store, [item], [other.trusted]);
  const known = { ...store, records: others };
  const none = () => false;
  expect(await recordedLog(known, step, none)).toEqual({ lines: ["what he likes"], messages: [] });
  others.trust([ci.trusted]);
  expect(await recordedLog(known, step, none)).toBeUndefined();
  expect(await recordedLog(store, step, none)).toBeUndefined();
  // What runs here has a log of its own.
  using log = openStepLog(store, step);
  log.write("here");
  log.flush();
  others.trust([other.trusted]);
  expect(await recordedLog(known, step, none)).toEqual({ lines: ["here"], messages: [] });
});

test("lists of what was read grow by those of others", async () => {
  const key = digestOf("base");
  const item = (...lists: string[][]): UploadItem => ({
    kind: "reads",
    key,
    value: lists,
    took: 0,
    rests: [],
  });
  expect(await send(machine(), [item(["file:a"])])).toEqual({ sent: 1 });
  expect(await send(machine(), [item(["file:b"])])).toEqual({ sent: 1 });
  expect(await send(machine(), [item(["file:b"])])).toEqual({ there: 1 });
  const { others } = await bring(machine(), [item()]);
  expect(others.get("reads", key)).toEqual([["file:b"], ["file:a"]]);
});

test("what somebody signed with another's help goes when that one is not trusted any more", async () => {
  const key = digestOf("plan");
  const item: UploadItem = { kind: "unit-graphs", key, value: ["x"], took: 0, rests: [ci.trusted] };
  const both = [ci.trusted, other.trusted];
  expect(await send(machine(), [item], other, { trusts: both })).toEqual({ sent: 1 });
  const alone = await bring(machine(), [item], [other.trusted]);
  expect(alone.others.get("unit-graphs", key)).toBeUndefined();
  expect(alone.problems).toEqual([
    expect.stringMatching(/rests on the word of `ci-1`, which is not among the trusted keys$/),
  ]);
  const { others } = await bring(machine(), [item], both);
  expect(others.get("unit-graphs", key)).toEqual(["x"]);
  // What is kept of it is for those who trust both.
  others.trust([other.trusted]);
  expect(others.get("unit-graphs", key)).toBeUndefined();
  const own = { ...item, value: ["y"], rests: [] };
  expect(await send(machine(), [own], other, { trusts: both })).toEqual({ there: 1 });
  expect(await send(machine(), [own], other)).toEqual({ sent: 1 });
  expect((await bring(machine(), [item], [other.trusted])).others.get("unit-graphs", key)).toEqual(["y"]);
});

test("lists that hold another's rest on his word", async () => {
  const key = digestOf("base");
  const item = (list: string): UploadItem => ({ kind: "reads", key, value: [[list]], took: 0, rests: [] });
  const both = [ci.trusted, other.trusted];
  await send(machine(), [item("file:a")]);
  expect(await send(machine(), [item("file:b")], other, { trusts: both })).toEqual({ sent: 1 });
  const listsFor = async (trusted: string[]) =>
    (await bring(machine(), [item("")], trusted)).others.get("reads", key);
  expect(await listsFor([other.trusted])).toBeUndefined();
  expect(await listsFor(both)).toEqual([["file:b"], ["file:a"]]);
  expect(await send(machine(), [item("file:b")], other)).toEqual({ sent: 1 });
  expect(await listsFor([other.trusted])).toEqual([["file:b"]]);
});

test("what lost a part is no entry, and is sent again", async () => {
  const builder = machine();
  const value = await addTree(builder, { "src/lib.rs": "//" });
  const item: UploadItem = { kind: "crate", key: "abc leaf-1.0.0", value, took: 0, rests: [] };
  await send(builder, [item]);
  rmSync(join(cache, "cas"), { recursive: true });
  const { others, problems } = await bring(machine(), [item]);
  expect([others.get("crate", item.key), problems]).toEqual([undefined, []]);
  expect(await send(builder, [item])).toEqual({ again: 1 });
  expect((await bring(machine(), [item])).others.get("crate", item.key)).toBe(value);
});

test("what has other bytes than were signed is sent again by who makes it anew", async () => {
  const builder = machine();
  const value = await addTree(builder, { "src/lib.rs": "// some text\n" });
  const item: UploadItem = { kind: "crate", key: "abc leaf-1.0.0", value, took: 0, rests: [] };
  await send(builder, [item]);
  for (const entry of readdirSync(join(cache, "cas"), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const blob = join(entry.parentPath, entry.name);
      const bytes = readFileSync(blob);
      writeFileSync(blob, bytes.fill(bytes[0] ?? 0));
    }
  const { others, problems, isUseless } = await bring(machine(), [item]);
  expect(others.get("crate", item.key)).toBeUndefined();
  expect(problems).toEqual([expect.stringMatching(/has other bytes than were signed$/)]);
  expect(isUseless(item)).toBe(true);
  // Nobody reads what is there to find out whether it is right.
  expect(await send(builder, [item])).toEqual({ there: 1 });
  expect(await send(builder, [{ ...item, isUseless: true }])).toEqual({ again: 1 });
  expect((await bring(machine(), [item])).others.get("crate", item.key)).toBe(value);
});

test("what has other files in the store than it says is not signed", async () => {
  const builder = machine();
  const output = await addTree(builder, { "bin/app": "program" }, "addOutput");
  const value = await addTree(builder, { "src/lib.rs": "//" });
  const items: UploadItem[] = [
    { kind: "result", key: digestOf("step"), value: { output, seconds: 1 }, took: 1, rests: [] },
    { kind: "crate", key: "abc leaf-1.0.0", value, took: 0, rests: [] },
  ];
  const program = join(builder.pathOf(output), "bin/app");
  rmSync(program);
  writeFileSync(program, "PROGRAM", { mode: 0o755 });
  expect(await send(builder, items)).toEqual({ damaged: 1, sent: 1 });
  expect((await bring(machine(), items)).report).toMatchObject({ found: 1 });
  writeFileSync(program, "program");
  expect(await send(builder, items)).toEqual({ there: 1, sent: 1 });
});

test("a build in CI mends what it found of no use, and counts what it sent", async () => {
  const builder = machine();
  const other = await addTree(builder, { "src/lib.rs": "// other\n" });
  const value = await addTree(builder, { "src/lib.rs": "// some text\n" });
  const item = (key: string, value: Digest): UploadItem => ({
    kind: "crate",
    key,
    value,
    took: 0,
    rests: [],
  });
  const items = [item("damaged", value), item("whole", other)];
  await send(builder, items);
  const settings = { url: pathToFileURL(cache).href, access: {}, trusted: [ci.trusted], secret: ci.secret };
  const uploads = startUploads({
    order: { ...settings, store: builder.root, level: "full" },
    ...{ program: [launcher], waits: true, store: builder, emit: () => undefined, signal },
  });
  uploads.isUseless({ kind: "crate", key: "damaged" });
  for (const each of items) uploads.add(each.kind, each.key, each.value, each.rests);
  await uploads.finish();
  expect(uploads.counts()).toMatchObject({ uploaded: 1 });
});

test("an empty directory is sent, whatever lies beside it", async () => {
  const builder = machine();
  await using scratch = await builder.tempDir("test");
  mkdirSync(join(scratch.path, "tree/src/bin"), { recursive: true });
  mkdirSync(join(scratch.path, "tree/sr"));
  const value = await builder.addTree(join(scratch.path, "tree"));
  const item: UploadItem = { kind: "crate", key: "abc leaf-1.0.0", value, took: 0, rests: [] };
  expect(await send(builder, [item])).toEqual({ sent: 1 });
  expect((await bring(machine(), [item])).others.get("crate", item.key)).toBe(value);
});

test("what somebody else signed is ignored, told, and written over by who may", async () => {
  const builder = machine();
  const value = await addTree(builder, { "src/lib.rs": "//" });
  const item: UploadItem = { kind: "crate", key: "abc leaf-1.0.0", value, took: 0, rests: [] };
  await send(builder, [item], other);
  const { others, problems } = await bring(machine(), [item]);
  expect(others.get("crate", item.key)).toBeUndefined();
  expect(problems).toEqual([
    "what the shared cache has of `crate abc leaf-1.0.0` is signed by `ci-2`, which is not among the trusted keys",
  ]);
  expect(await send(builder, [item])).toEqual({ sent: 1 });
  expect((await bring(machine(), [item])).others.get("crate", item.key)).toBe(value);
});

test("what was made where files that nobody declared can be seen is ignored", async () => {
  const item: UploadItem = { kind: "reads", key: "base", value: [["file:a"]], took: 0, rests: [] };
  // Earlier versions sent it.
  const old: string = "landlock";
  await send(machine(), [item], ci, { level: old as typeof sharedLevel });
  const { others, problems } = await bring(machine(), [item]);
  expect(others.get("reads", "base")).toBeUndefined();
  expect(problems).toEqual([
    "what the shared cache has of `reads base` was made in a sandbox that shows what nobody declared",
  ]);
});

test("a key that is trusted cannot have a record say what it does not", async () => {
  const builder = machine();
  const one = await addTree(builder, { "src/lib.rs": "// one" });
  const two = await addTree(builder, { "src/lib.rs": "// two" });
  const lying = await import("../../../src/cache/statement/statement.ts");
  const { itemsIn, packItems } = await import("../../../src/cache/pack/pack.ts");
  const { openBackend } = await import("../../../src/cache/backend/openBackend.ts");
  await using backend = valueOfResult(openBackend(pathToFileURL(cache).href, { signal, env }));
  const packed = join(root, "packed");
  mkdirSync(packed);
  const packs = await packItems(itemsIn(builder.pathOf(two)), packed);
  valueOfResult(await backend.put(packs, ({ digest }) => join(packed, digest)));
  const key = valueOfResult(signingKey(ci.secret, "test"));
  const mended = async (name: string, value: Digest) =>
    send(builder, [{ kind: "crate", key: name, value, took: 0, rests: [] }], ci, { verify: true });
  const says = async (name: string, value: unknown, tree: Digest) => {
    const record = { kind: "crate", version: 1, key: name };
    const made = { by: "0.1.0", level: "full", at: 1, took: 1 };
    const statement = {
      format: 2,
      ...record,
      value: JSON.stringify(value),
      tree: { digest: tree, packs },
      made,
    } as const;
    const entry = { statement: lying.writeStatement(statement, key), blobs: packs };
    valueOfResult(await backend.putEntry(lying.entryKey(record), entry));
    const { others, problems } = await bring(machine(), [{ kind: "crate", key: name }]);
    return [others.get("crate", name), ...problems.map((problem) => problem.replace(/^.*` /, ""))];
  };
  expect(await says("other files", one, one)).toEqual([undefined, "has other files than were signed"]);
  expect(await says("another tree", one, two)).toEqual([
    undefined,
    "is about another tree than the one with it",
  ]);
  expect(await says("no digest", "x", two)).toEqual([undefined, "is not what such a record says"]);
  expect(await says("the truth", two, two)).toEqual([two]);
  expect(await mended("other files", one)).toEqual({ again: 1 });
  expect(await mended("the truth", two)).toEqual({ there: 1 });
});

test("nothing is left in the scratch directories", async () => {
  const stores = readdirSync(root).filter((name) => name.startsWith("store-"));
  expect(stores.flatMap((name) => readdirSync(join(root, name, "tmp")))).toEqual([]);
});

function logOf(store: Store, step: Digest): string {
  return join(store.root, "logs", step.slice(0, 2), `${step}.log`);
}
