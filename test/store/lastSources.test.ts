import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { collectGarbage } from "../../src/store/care/garbage.ts";
import { verifyStore } from "../../src/store/care/verify.ts";
import { openStore } from "../../src/store/openStore.ts";
import type { Store } from "../../src/store/store.ts";
import { type TreeFile, treeDigest } from "../../src/store/treeDigest.ts";
import { walk } from "../../src/tree/walk.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";

type Sources = Readonly<Record<string, string>>;

/** Text by path. `x ` begins what is executable, `-> ` a link. */
const sources: readonly Sources[] = [
  { "Cargo.toml": "[package]", "src/main.rs": "1", "src/a/b.rs": "2", run: "x #!/bin/sh", link: "-> run" },
  { "Cargo.toml": "[package]", "src/main.rs": "3", "src/a/b.rs": "2", run: "x #!/bin/sh", link: "-> run" },
  // Equal files, which must be no links to one.
  { "Cargo.toml": "[package]", "src/main.rs": "2", "src/a/b.rs": "2", run: "x #!/bin/sh", link: "-> run" },
  { "Cargo.toml": "[package]", "src/main.rs": "2", "src/a/b.rs": "4", "src/a/c.rs": "2", run: "#!/bin/sh" },
  // A file becomes a directory, and a directory a file.
  { "Cargo.toml": "[package]", "src/main.rs/in/deep.rs": "2", "src/a": "4", run: "x #!/bin/sh" },
  { "Cargo.toml": "[package]", "src/main.rs": "1", "src/a": "-> main.rs", "new/one.rs": "1" },
  { one: "1" },
  {},
  { "Cargo.toml": "[package]", "src/main.rs": "1", "src/a/b.rs": "2", run: "x #!/bin/sh", link: "-> run" },
];

test("a source that is made of the last one is what it would be if it were made from nothing", async () => {
  const root = emptyStore();
  for (const source of [...sources, ...sources.toReversed()]) {
    using store = valueOfResult(openStore(root));
    const placed = await place(store, source);
    expect(placed).toContain("/sources/app/trees/");
    expect(shown(placed)).toEqual(await composed(store, source));
  }
});

test("a source is made from nothing where what is known of the last one cannot be relied on", async () => {
  const root = emptyStore();
  const last = `${root}/sources/app`;
  const [first = {}, second = {}] = sources;
  const harms = [
    () => rmSync(`${last}/files`),
    () => writeFileSync(`${last}/files`, readFileSync(`${last}/files`, "utf8").replace("main", "mean")),
    () => rmSync(`${last}/trees`, { recursive: true }),
    () => writeFileSync(`${last}/changing`, ""),
    () => {
      // Killed while it was changed.
      rmSync(`${last}/files`);
      for (const tree of readdirSync(`${last}/trees`)) rmSync(`${last}/trees/${tree}/src/main.rs`);
    },
  ];
  for (const harm of harms) {
    for (const source of [first, second]) {
      using store = valueOfResult(openStore(root));
      expect(shown(await place(store, source))).toEqual(await composed(store, source));
    }
    harm();
    using store = valueOfResult(openStore(root));
    expect(shown(await place(store, second))).toEqual(await composed(store, second));
  }
});

test("what somebody uses is not changed: others, and another source of the same name, get trees", async () => {
  const root = emptyStore();
  const [first = {}, second = {}] = sources;
  {
    using user = valueOfResult(openStore(root));
    using other = valueOfResult(openStore(root));
    const used = await place(user, first);
    const before = shown(used);
    for (const [store, source] of [
      [other, second],
      [other, first],
      [user, second],
    ] as const) {
      const placed = await place(store, source);
      expect(placed).toBe(`${root}/trees/${treeDigest(filesOf(source))}`);
      expect(shown(placed)).toEqual(await composed(store, source));
    }
    expect(await place(user, first)).toBe(used);
    await collectGarbage(root, { dryRun: false, now: Date.now() / 1000 + 10 * 24 * 60 * 60 });
    expect(shown(used)).toEqual(before);
  }
  using store = valueOfResult(openStore(root));
  expect(await place(store, second)).toContain("/sources/app/");
});

test("a source that nobody used for a day is garbage, and a damaged one is found and removed", async () => {
  const root = emptyStore();
  const last = `${root}/sources/app`;
  const [first = {}] = sources;
  const make = async () => {
    using store = valueOfResult(openStore(root));
    return await place(store, first);
  };
  const placed = await make();
  await collectGarbage(root, { dryRun: false });
  expect(shown(placed)).not.toEqual({});
  expect(await verifyStore(root, { repair: true })).toMatchObject({ damagedTrees: [] });
  await make();
  writeFileSync(`${placed}/src/main.rs`, "9");
  const damaged = [{ tree: treeDigest(filesOf(first)), files: ["src/main.rs"] }];
  expect(await verifyStore(root, { repair: true })).toMatchObject({ damagedTrees: damaged });
  expect(readdirSync(`${root}/sources`)).toEqual([]);
  await make();
  const yesterday = Date.now() / 1000 - 25 * 60 * 60;
  utimesSync(last, yesterday, yesterday);
  const planned = await collectGarbage(root, { dryRun: true });
  expect(planned.kinds).toContainEqual({ kind: "sources", count: 1, bytes: expect.any(Number) });
  expect(readdirSync(`${root}/sources`)).toEqual(["app"]);
  expect(await collectGarbage(root, { dryRun: false })).toEqual(planned);
  expect(readdirSync(`${root}/sources`)).toEqual([]);
});

async function place(store: Store, source: Sources): Promise<string> {
  const files = filesOf(source);
  return valueOfResult(
    await store.placeSource("app", { digest: treeDigest(files), files, origin: originIn(source) }),
  );
}

async function composed(store: Store, source: Sources) {
  return shown(store.pathOf(valueOfResult(await store.composeSource(filesOf(source), originIn(source)))));
}

function filesOf(source: Sources): TreeFile[] {
  return Object.entries(source)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]): TreeFile => {
      if (text.startsWith("-> ")) return { type: "symlink", path, target: text.slice(3) };
      const executable = text.startsWith("x ");
      return { type: "file", path, digest: digestOf(text.replace("x ", "")), executable };
    });
}

function originIn(source: Sources): (file: TreeFile) => Buffer {
  return ({ path }) => Buffer.from((source[path] ?? "").replace("x ", ""));
}

/** All that a build can see of a directory. Files that are one get the same number. */
function shown(directory: string) {
  const inodes = new Map<number, number>();
  const entry = (path: string) => {
    const { mode, mtimeMs, ino } = lstatSync(join(directory, path));
    const text = (mode & 0o170000) === 0o100000 ? readFileSync(join(directory, path), "utf8") : undefined;
    const target = (mode & 0o170000) === 0o120000 ? readlinkSync(join(directory, path)) : undefined;
    if (!inodes.has(ino)) inodes.set(ino, inodes.size);
    return { mode: mode.toString(8), mtimeMs, text, target, file: inodes.get(ino) };
  };
  const paths = ["", ...[...walk(directory)].map(({ path }) => path).sort()];
  return Object.fromEntries(paths.map((path) => [path, entry(path)]));
}

function emptyStore(): string {
  const root = mkdtempSync(join(tmpdir(), "gantry-store-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

test("what somebody who was killed left beside it goes with the next change", async () => {
  const root = emptyStore();
  const [first = {}, second = {}] = sources;
  for (const source of [first, second]) {
    using store = valueOfResult(openStore(root));
    await place(store, source);
    expect(readdirSync(`${root}/sources/app`).sort()).toEqual(["files", "trees"]);
    writeFileSync(`${root}/sources/app/changing.link`, "");
  }
});
