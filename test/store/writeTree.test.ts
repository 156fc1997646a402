import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { verifyStore } from "../../src/store/care/verify.ts";
import type { CopiedItem, Store, TreeContents, TreeItem } from "../../src/store/store.ts";
import { type TreeFile, treeDigest } from "../../src/store/treeDigest.ts";
import { walk } from "../../src/tree/walk.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { type AnyTree, anyTree } from "./anyTree.ts";
import { listing, storeRig } from "./rig.ts";

const sound = { damagedTrees: [], damagedBlobs: [] };

/** In two buffers, of which files may have parts, and empty ones have none. */
function contentsOf({ files, texts }: AnyTree): TreeContents {
  const chunks: [Buffer[], Buffer[]] = [[], []];
  const sizes: [number, number] = [0, 0];
  const put = (buffer: 0 | 1, bytes: Buffer) => {
    const from = sizes[buffer];
    chunks[buffer].push(bytes);
    sizes[buffer] += bytes.length;
    return [buffer, from, bytes.length] as const;
  };
  const items = files.map((file): TreeItem => {
    if (file.type !== "file") return file;
    const bytes = Buffer.from(texts.get(file.digest) ?? "");
    const half = Math.floor(bytes.length / 2);
    const parts = bytes.length === 0 ? [] : [put(0, bytes.subarray(0, half)), put(1, bytes.subarray(half))];
    return { type: "file", path: file.path, executable: file.executable, parts };
  });
  return { items, buffers: chunks.map((each) => new Uint8Array(Buffer.concat(each))) };
}

function large(name = "large"): TreeContents {
  const bytes = new Uint8Array(randomBytes(9 * 1024 * 1024));
  return {
    items: [{ type: "file", path: name, executable: false, parts: [[0, 0, bytes.length]] }],
    buffers: [bytes],
  };
}

/** The mode and the time of each file, link and directory, by path. */
function looksOf(tree: string) {
  return ["", ...[...walk(tree)].map(({ path }) => path).sort()].map((path) => {
    const { mode, mtimeMs } = lstatSync(join(tree, path));
    return `${path} ${mode.toString(8)} ${mtimeMs}`;
  });
}

/** So much that threads write what comes next. */
const startThreads = (store: Store) => store.write(large());

test.each(["this thread", "others"])("what is written by %s is what would be composed", async (by) => {
  await using rig = storeRig();
  await using other = storeRig();
  if (by === "others") await startThreads(rig.store);
  await fc.assert(
    fc.asyncProperty(anyTree, async (tree) => {
      const textOf = (file: TreeFile) =>
        Buffer.from(file.type === "file" ? (tree.texts.get(file.digest) ?? "") : "");
      const composed = valueOfResult(await other.store.compose(tree.files, textOf));
      const written = await rig.store.write(contentsOf(tree));
      expect(written.digest).toBe(composed);
      expect(treeDigest(written.files)).toBe(composed);
      const [one, another] = [rig, other].map(({ store }) => looksOf(store.pathOf(composed)));
      expect(one).toEqual(another);
    }),
    { numRuns: 40 },
  );
  expect(readdirSync(join(rig.root, "tmp"))).toEqual([]);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject(sound);
});

test("equal files, and trees that are there, are written once, by however many threads", async () => {
  await using rig = storeRig();
  const { digest } = await startThreads(rig.store);
  const text = new Uint8Array(Buffer.from("text"));
  const equal = (count: number): TreeContents => ({
    items: Array.from({ length: count }, (_, at) => ({
      ...{ type: "file", path: `in/${at}`, executable: at % 2 === 1, parts: [[0, 0, 4]] },
    })) as TreeItem[],
    buffers: [text.slice()],
  });
  const written = await Promise.all([60, 60, 30, 40, 50].map((count) => rig.store.write(equal(count))));
  expect(written[0]?.digest).toBe(written[1]?.digest);
  const trees = new Set([digest, ...written.map((each) => each.digest)]);
  expect(readdirSync(join(rig.root, "trees")).sort()).toEqual([...trees].sort());
  const blobs = readdirSync(join(rig.root, "blobs"), { recursive: true, encoding: "utf8" });
  expect(blobs.filter((path) => path.includes(digestOf("text")))).toHaveLength(2);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject(sound);
});

test.each(["this thread", "others"])(
  "of what is another tree than was expected %s writes nothing",
  async (by) => {
    await using rig = storeRig();
    if (by === "others") await startThreads(rig.store);
    const before = [readdirSync(join(rig.root, "trees")), readdirSync(join(rig.root, "blobs"))];
    const texts = new Map([[digestOf("a"), "a"]]);
    const files: TreeFile[] = [{ path: "a", type: "file", digest: digestOf("a"), executable: false }];
    const written = await rig.store.write(contentsOf({ files, texts }), digestOf("another"));
    expect(written).toEqual({ digest: treeDigest(files), files });
    expect([readdirSync(join(rig.root, "trees")), readdirSync(join(rig.root, "blobs"))]).toEqual(before);
    expect(await rig.store.write(contentsOf({ files, texts }), treeDigest(files))).toEqual(written);
    expect(listing(rig.store.pathOf(treeDigest(files)))).toEqual({ a: "644 1 a" });
  },
);

test.each(["this thread", "others"])("what the system refuses %s is thrown as it says it", async (by) => {
  await using rig = storeRig();
  if (by === "others") await startThreads(rig.store);
  const blobs = join(rig.root, "blobs");
  rmSync(blobs, { recursive: true });
  writeFileSync(blobs, "");
  const texts = new Map([[digestOf("a"), "a"]]);
  const files: TreeFile[] = [{ path: "a", type: "file", digest: digestOf("a"), executable: false }];
  await expect(rig.store.write(contentsOf({ files, texts }))).rejects.toMatchObject({
    code: "ENOTDIR",
    message: expect.stringContaining("not a directory"),
    path: expect.stringContaining(rig.root),
  });
  expect(readdirSync(join(rig.root, "tmp"))).toEqual([]);
});

/** Files of the host, some of them large, and a link. */
function host(directory: string): CopiedItem[] {
  const sizes = { small: 10, empty: 0, "large 1": 6_000_000, "large 2": 5_000_000, "large 3": 300_000 };
  const files = Object.entries(sizes).map(([name, size]): CopiedItem => {
    writeFileSync(join(directory, name), randomBytes(size), { mode: 0o600 });
    return {
      ...{ type: "file", path: `lib/${name}/${name}`, from: join(directory, name), size },
      executable: name === "small",
    };
  });
  return [...files, { type: "symlink", path: "bin/link", target: "nowhere" }];
}

test("files of the host are copied into a tree, and all of their bytes are told", async () => {
  await using rig = storeRig();
  await using from = await rig.store.tempDir("host");
  const items = host(from.path);
  let told = 0;
  const digest = await rig.store.copy(items, {
    onCopied(bytes) {
      told += bytes;
    },
  });
  expect(told).toBe(11_300_010);
  const modes = Object.entries(listing(rig.store.pathOf(digest ?? digestOf("")))).map(([path, text]) => [
    path,
    text.slice(0, 5),
  ]);
  expect(modes).toEqual([
    ["lib/empty/empty", "644 1"],
    ["lib/large 1/large 1", "644 1"],
    ["lib/large 2/large 2", "644 1"],
    ["lib/large 3/large 3", "644 1"],
    ["lib/small/small", "755 1"],
  ]);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject(sound);
});

test("of files that are gone, or once stopped, no tree is left", async () => {
  await using rig = storeRig();
  await using from = await rig.store.tempDir("host");
  const items = host(from.path);
  rmSync(join(from.path, "small"));
  await expect(rig.store.copy(items, { onCopied: () => undefined })).rejects.toMatchObject({
    code: "ENOENT",
    path: join(from.path, "small"),
  });
  const stop = new AbortController();
  const options = { signal: stop.signal, onCopied: () => stop.abort() };
  expect(await rig.store.copy(host(from.path), options)).toBeUndefined();
  expect(readdirSync(join(rig.root, "trees"))).toEqual([]);
});
