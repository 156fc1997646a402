import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { storedBlobs } from "../../src/store/contents.ts";
import { openStore } from "../../src/store/openStore.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { storeRig } from "./rig.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(`${tmpdir()}/gantry-migrate-`);
});
afterEach(() => rmSync(root, { recursive: true }));

const memoTable = `CREATE TABLE IF NOT EXISTS memo (
  kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, used INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID, STRICT`;

test("a store without a version keeps what it knows", async () => {
  const tree = digestOf("tree");
  mkdirSync(`${root}/trees/${tree}`, { recursive: true });
  mkdirSync(`${root}/claims/1-abcdef`, { recursive: true });
  mkdirSync(`${root}/tmp/1-step-abcdef`, { recursive: true });
  const database = new DatabaseSync(`${root}/index.sqlite`);
  database.exec(`PRAGMA journal_mode = WAL; ${memoTable}`);
  const insert = database.prepare("INSERT INTO memo VALUES (?, ?, ?, 20000)");
  insert.run("unit", "key", JSON.stringify({ tree, files: [], against: {} }));
  insert.run("crate", "sum itoa-1.0.0 1", tree);
  insert.run("native-crate", "[]", `${tree} 1.2.3`);
  insert.run("native-path", "1 cmake", "");
  insert.run("rustc-info", "environment", "{}");
  insert.run("lock", `1 ${tree}`, JSON.stringify([{ name: "itoa", version: "1.0.0" }]));
  insert.run("tree", tree, tree);
  insert.run("unit", "of another form", "[]");
  database.close();
  using store = valueOfResult(openStore(root));
  expect([
    store.records.get("unit", "key"),
    store.records.get("crate", "sum itoa-1.0.0"),
    store.records.get("native-crate", "[]"),
    store.records.get("native-path", "cmake"),
    store.records.get("rustc-info", "environment"),
    store.records.get("lock", tree),
    store.records.get("tree", tree),
    store.records.get("unit", "of another form"),
  ]).toEqual([
    { tree, files: [], against: {} },
    tree,
    { digest: tree, version: "1.2.3" },
    null,
    "{}",
    undefined,
    null,
    undefined,
  ]);
  expect(readFileSync(`${root}/version`, "utf8")).toBe("2\n");
  expect([readdirSync(`${root}/claims`).length, readdirSync(`${root}/tmp`)]).toEqual([1, []]);
});

test("a Gantry that is older than versions does not take a store for an empty one", () => {
  valueOfResult(openStore(root))[Symbol.dispose]();
  const database = new DatabaseSync(`${root}/index.sqlite`);
  database.exec(memoTable);
  expect(() =>
    database.prepare("INSERT OR REPLACE INTO memo (kind, key, value, used) VALUES (?, ?, ?, ?)"),
  ).toThrow("cannot modify memo because it is a view");
  database.close();
  mkdirSync(`${root}/claims/1-abcdef`);
  using store = valueOfResult(openStore(root));
  expect(store.records.get("rustc-info", "a")).toBeUndefined();
  expect(readdirSync(`${root}/claims`).length).toBe(1);
});

test("a newer store is refused, and nothing in it is changed", () => {
  writeFileSync(`${root}/version`, "3\n");
  expect(openStore(root)).toMatchObject({
    ok: false,
    error: { code: "store-newer", notes: ["it has layout 3; this Gantry knows layouts up to 2"] },
  });
  expect([existsSync(`${root}/index.sqlite`), readFileSync(`${root}/version`, "utf8")]).toEqual([
    false,
    "3\n",
  ]);
});

test("a version that cannot be read is found out again", async () => {
  await using rig = storeRig();
  rig.store.records.set("rustc-info", "a", "1");
  rig.close();
  writeFileSync(`${rig.root}/version`, "\0");
  using store = valueOfResult(openStore(rig.root));
  expect(store.records.get("rustc-info", "a")).toBe("1");
  expect(readFileSync(`${rig.root}/version`, "utf8")).toBe("2\n");
});

test("while an older Gantry has the store open, it is left to it", async () => {
  const older = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log()", "cli.js"]);
  await once(older.stdout, "data");
  const [claim, scratch] = [`${root}/claims/${older.pid}-abcdef`, `${root}/tmp/${older.pid}-step-abcdef`];
  for (const path of [claim, scratch]) mkdirSync(path, { recursive: true });
  expect(openStore(root)).toMatchObject({
    ok: false,
    error: { code: "store-in-use", notes: [expect.stringContaining(`process ${older.pid} has it open`)] },
  });
  expect([existsSync(claim), existsSync(scratch), existsSync(`${root}/version`)]).toEqual([
    true,
    true,
    false,
  ]);
  older.kill("SIGKILL");
  await once(older, "close");
  using store = valueOfResult(openStore(root));
  expect([existsSync(claim), existsSync(scratch), store.root]).toEqual([false, false, root]);
});

test.each(["version", "boot", "index.sqlite"])("a directory in the place of `%s` is named", (name) => {
  mkdirSync(`${root}/${name}`);
  expect(openStore(root)).toMatchObject({
    ok: false,
    error: { code: "not-a-file", help: [`remove it: rm -r ${root}/${name}`] },
  });
});

test.each(["locks", "claims", "blobs"])("a file in the place of `%s` is named", (name) => {
  writeFileSync(`${root}/${name}`, "");
  expect(openStore(root)).toMatchObject({ ok: false, error: { code: "not-a-directory" } });
});

test("what is not the store's in `tmp`, `claims` and `blobs` is in nobody's way", () => {
  valueOfResult(openStore(root))[Symbol.dispose]();
  for (const path of ["tmp/-x", "tmp/strange", "claims/strange", "blobs/strange"])
    mkdirSync(`${root}/${path}`, { recursive: true });
  writeFileSync(`${root}/blobs/stray`, "");
  valueOfResult(openStore(root))[Symbol.dispose]();
  expect([existsSync(`${root}/tmp/-x`), storedBlobs(root)]).toEqual([true, []]);
});
