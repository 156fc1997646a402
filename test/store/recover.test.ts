import { ChildProcess } from "node:child_process";
import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { verifyStore } from "../../src/store/care/verify.ts";
import { openStore } from "../../src/store/openStore.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { type StoreRig, storeRig } from "./rig.ts";

/** Opens the store as if the system had started since. */
function openAfterCrash(rig: StoreRig) {
  rig.close();
  writeFileSync(`${rig.root}/boot`, "another");
  const notes: string[] = [];
  const store = valueOfResult(openStore(rig.root, { note: (text) => void notes.push(text) }));
  return { store, notes, [Symbol.dispose]: () => store[Symbol.dispose]() };
}

test("what did not reach the disk before a power cut is gone afterwards, and all else is there", async () => {
  await using rig = storeRig();
  const whole = await rig.add({ a: "1", shared: "shared" });
  const lost = await rig.add({ b: "2", shared: "shared" });
  truncateSync(`${rig.root}/trees/${lost}/b`);
  using crashed = openAfterCrash(rig);
  expect(crashed.notes).toEqual([
    "the system stopped before 1 tree of the store reached the disk; made again when needed",
  ]);
  expect([crashed.store.tree(whole) !== undefined, crashed.store.tree(lost)]).toEqual([true, undefined]);
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({
    damagedTrees: [],
    damagedBlobs: [],
  });
});

test("a file that lost its name before a power cut takes its tree with it", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1", b: "2" });
  rmSync(`${rig.root}/trees/${tree}/a`);
  using crashed = openAfterCrash(rig);
  expect(crashed.store.tree(tree)).toBeUndefined();
});

test("what was on the disk before is not read again, nor anything while the system runs", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  truncateSync(`${rig.root}/trees/${tree}/a`);
  await sleep(1100);
  valueOfResult(openStore(rig.root))[Symbol.dispose]();
  expect(rig.store.tree(tree)).toBeDefined();
  writeFileSync(`${rig.root}/synced`, String(Date.now()));
  using crashed = openAfterCrash(rig);
  expect(crashed.store.tree(tree)).toBeDefined();
});

test("what lies long enough is written to the disk beside other work, and that is noted", async () => {
  await using rig = storeRig();
  await rig.add({ a: "1" });
  writeFileSync(`${rig.root}/synced`, "1");
  const old = Date.now() / 1000 - 120;
  utimesSync(`${rig.root}/trees`, old, old);
  using _store = valueOfResult(openStore(rig.root));
  for (let round = 0; round < 600 && readFileSync(`${rig.root}/synced`, "utf8") === "1"; round++)
    await sleep(50);
  expect(Number(readFileSync(`${rig.root}/synced`, "utf8"))).toBeGreaterThan(old * 1000);
});

test("that it cannot be noted, as the store was removed meanwhile, is nobody's concern", async () => {
  await using rig = storeRig();
  const old = Date.now() / 1000 - 120;
  utimesSync(`${rig.root}/trees`, old, old);
  writeFileSync(`${rig.root}/synced`, "1");
  const thrown: unknown[] = [];
  const onThrown = (error: unknown) => void thrown.push(error);
  process.on("uncaughtException", onThrown);
  const { emit } = ChildProcess.prototype;
  const ended = Promise.withResolvers<void>();
  const heard = vi.spyOn(ChildProcess.prototype, "emit").mockImplementation(function (
    this: ChildProcess,
    ...[event, ...more]: unknown[]
  ) {
    if (event === "exit") rmSync(rig.root, { recursive: true });
    if (event === "close") setImmediate(ended.resolve);
    return Reflect.apply(emit, this, [event, ...more]);
  });
  const store = valueOfResult(openStore(rig.root));
  await ended.promise;
  heard.mockRestore();
  process.off("uncaughtException", onThrown);
  expect(thrown).toEqual([]);
  store[Symbol.dispose]();
});
