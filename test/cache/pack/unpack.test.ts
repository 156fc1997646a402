import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { itemsIn, packItems } from "../../../src/cache/pack/pack.ts";
import { contentsOf, unpackInto } from "../../../src/cache/pack/unpack.ts";
import { largestPack, type Pack } from "../../../src/cache/statement/statement.ts";
import { readTree } from "../../../src/store/readTree.ts";
import { type TreeFile, treeDigest } from "../../../src/store/treeDigest.ts";

const scratch = mkdtempSync(join(tmpdir(), "gantry-pack-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let count = 0;

test("a tree comes out of packs as it went in", async () => {
  const tree = directory({
    "deps/libserde.rlib": Buffer.alloc(300_000, "serde"),
    "build/run": ["#!/bin/sh\n"],
    "out/empty.rs": "",
    "out/ä\n.rs": "x",
  });
  mkdirSync(join(tree, "out/nothing"));
  symlinkSync("../deps", join(tree, "out/link"));
  const packs = await packItems(itemsIn(tree), scratch);
  expect(packs).toHaveLength(1);
  const to = directory({});
  const files = await unpackInto(to, packs, read);
  expect(files).not.toHaveProperty("problem");
  expect(treeDigest(readTree(to))).toBe(treeDigest(readTree(tree)));
  expect("problem" in files ? "" : treeDigest(files)).toBe(treeDigest(readTree(tree)));
});

test("a large one is several packs, a file in more than one of them", async () => {
  const large = Buffer.alloc(largestPack + 5_000, "large");
  const tree = directory({ a: "small", b: large, c: "small" });
  const packs = await packItems(itemsIn(tree), scratch);
  expect(packs.map(({ unpacked }) => unpacked)).toEqual([largestPack, expect.any(Number)]);
  const to = directory({});
  await unpackInto(to, packs, read);
  expect(treeDigest(readTree(to))).toBe(treeDigest(readTree(tree)));
});

test("in memory it is the same as on disk, wherever packs end", async () => {
  const tree = directory({
    "a b/c": "small",
    b: Buffer.alloc(2 * largestPack + 3, "large"),
    c: "",
    run: ["#!/bin/sh\n"],
    z: "last",
  });
  mkdirSync(join(tree, "nothing"));
  symlinkSync("a b/c", join(tree, "0"));
  const packs = await packItems(itemsIn(tree), scratch);
  expect(packs).toHaveLength(3);
  const contents = await contentsOf(packs, read);
  if ("problem" in contents) throw new Error(contents.problem);
  const files = contents.items.map((item): TreeFile => {
    if (item.type !== "file") return item;
    const bytes = item.parts.map(([at, from, length]) => contents.buffers[at]?.subarray(from, from + length));
    const digest = digestOf(Buffer.concat(bytes.flatMap((each) => each ?? [])));
    return { type: "file", path: item.path, executable: item.executable, digest };
  });
  expect(treeDigest(files)).toBe(treeDigest(readTree(tree)));
  expect(await contentsOf(packs.slice(0, -1), read)).toEqual({ problem: "ends before what it lists does" });
  expect(await contentsOf([...packs, ...packs.slice(-1)], read)).toEqual({
    problem: "has more in it than it lists",
  });
});

test("equal trees are equal packs, wherever they lie", async () => {
  const files = { b: "1", "a/c": "2", "a/b": "3" };
  const [one = [], two = []] = [await packed(directory(files)), await packed(directory(files))];
  expect(one).toEqual(two);
});

test("nothing is written outside of the directory, nor through what is in it", async () => {
  const outside = join(scratch, "outside");
  mkdirSync(outside);
  const lists: Record<string, unknown> = {
    up: [["../outside/x", "f", 1]],
    "up within": [["a/../../outside/x", "f", 1]],
    absolute: [["/tmp/gantry-outside", "f", 1]],
    "through a link": [
      ["a", "l", "../outside"],
      ["a/x", "f", 1],
    ],
    "through a link that comes later": [
      ["a/x", "f", 1],
      ["a", "l", "../outside"],
    ],
    "through a file": [
      ["a", "f", 1],
      ["a/x", "f", 1],
    ],
    twice: [
      ["a", "f", 1],
      ["a", "f", 0],
    ],
    "a link in the place of a file": [
      ["a", "l", "../outside/x"],
      ["a", "f", 1],
    ],
    nothing: [["", "f", 1]],
    itself: [[".", "d"]],
    "no end of a name": [["a\0b", "f", 1]],
    "a size below nothing": [["a", "f", -1]],
    "a size that is none": [["a", "f", 1.5]],
    "another type": [["a", "s", 1]],
    "no list": { a: 1 },
  };
  const problems = Object.entries(lists).map(async ([name, list]) => [
    name,
    await problemOf(`${JSON.stringify(list)}\nx`),
  ]);
  expect(Object.fromEntries(await Promise.all(problems))).toMatchInlineSnapshot(`
    {
      "a link in the place of a file": "has a path twice",
      "a size below nothing": "has no list of files",
      "a size that is none": "has no list of files",
      "absolute": "has the path \`/tmp/gantry-outside\`, which leads elsewhere",
      "another type": "has no list of files",
      "itself": "has the path \`.\`, which leads elsewhere",
      "no end of a name": "has the path \`a?b\`, which leads elsewhere",
      "no list": "has no list of files",
      "nothing": "has the path \`\`, which leads elsewhere",
      "through a file": "has a path that leads through a file or a link",
      "through a link": "has a path that leads through a file or a link",
      "through a link that comes later": "has a path that leads through a file or a link",
      "twice": "has a path twice",
      "up": "has the path \`../outside/x\`, which leads elsewhere",
      "up within": "has the path \`a/../../outside/x\`, which leads elsewhere",
    }
  `);
  expect(itemsIn(outside)).toEqual([]);
});

test("no more is unpacked than was signed for, and no less", async () => {
  const bomb = Buffer.alloc(4 * largestPack);
  const text = '[["a","f",3]]\nabc';
  expect({
    "a bomb": await problemOf(bomb, { unpacked: 100 }),
    "a bomb that says that it is none": await problemOf(bomb, { unpacked: largestPack }),
    less: await problemOf(text, { unpacked: text.length + 1 }),
    "more than it lists": await problemOf(`${text}d`),
    "less than it lists": await problemOf(text.slice(0, -1)),
    "no list": await problemOf("[".repeat(1000)),
    nothing: await unpackInto(directory({}), [], read),
    "no zstd": await unpackInto(directory({}), [{ digest: digestOf("x"), size: 3, unpacked: 3 }], async () =>
      Buffer.from("abc"),
    ),
  }).toMatchInlineSnapshot(`
    {
      "a bomb": "unpacks to more than it says",
      "a bomb that says that it is none": "unpacks to more than it says",
      "less": "unpacks to less than it says",
      "less than it lists": "ends before what it lists does",
      "more than it lists": "has more in it than it lists",
      "no list": "ends before what it lists does",
      "no zstd": {
        "problem": "cannot be unpacked",
      },
      "nothing": {
        "problem": "ends before what it lists does",
      },
    }
  `);
});

async function problemOf(bytes: string | Buffer, says: Partial<Pack> = {}): Promise<unknown> {
  const whole = Buffer.from(bytes);
  const packed = zstdCompressSync(whole);
  const pack = { digest: digestOf(packed), size: packed.length, unpacked: whole.length, ...says };
  const files = await unpackInto(directory({}), [pack], async () => packed);
  const contents = await contentsOf([pack], async () => packed);
  const [problem, inMemory] = [files, contents].map((each) => "problem" in each && each.problem);
  expect(inMemory).toBe(problem);
  return problem || "unpacked";
}

async function packed(tree: string): Promise<Pack[]> {
  return packItems(itemsIn(tree), scratch);
}

async function read({ digest }: Pack): Promise<Buffer> {
  return readFileSync(join(scratch, digest));
}

/** A list: a file that is executable. */
function directory(files: Readonly<Record<string, string | Buffer | readonly string[]>>): string {
  count += 1;
  const root = join(scratch, `tree-${count}`);
  mkdirSync(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const isPlain = typeof content === "string" || Buffer.isBuffer(content);
    writeFileSync(join(root, path), isPlain ? content : content.join(""), { mode: isPlain ? 0o644 : 0o755 });
  }
  return root;
}
