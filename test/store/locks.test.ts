import { spawn } from "node:child_process";
import { once } from "node:events";
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import { collectGarbage } from "../../src/store/care/garbage.ts";
import { hold, removeAll, removeAllSync } from "../../src/store/locks.ts";
import { openStore } from "../../src/store/openStore.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { holder } from "./holder.ts";
import { storeRig } from "./rig.ts";

/** Counts a number in a file up in a process of its own, each time alone. */
function incrementer(root: string, times: number) {
  const locks = join(import.meta.dirname, "../../src/store/locks.ts");
  const code = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { exclusive } from ${JSON.stringify(locks)};
    for (let time = 0; time < ${times}; time++) {
      await using _held = await exclusive(${JSON.stringify(`${root}/locks`)}, "count");
      const count = Number(readFileSync(${JSON.stringify(`${root}/counter`)}, "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 1));
      writeFileSync(${JSON.stringify(`${root}/counter`)}, String(count + 1));
    }`;
  const node = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", code];
  return spawn(process.execPath, node, { stdio: "inherit" });
}

test("one holder at a time within a process, and other names are free", async () => {
  await using rig = storeRig();
  const events: string[] = [];
  const hold = async (who: string) => {
    await using _lock = await rig.store.exclusive("step");
    events.push(`${who} in`);
    await sleep(20);
    events.push(`${who} out`);
  };
  await using _other = await rig.store.exclusive("other step");
  await Promise.all([hold("a"), hold("b")]);
  expect(events.filter((_, index) => index % 2 === 0).map((event) => event.replace("in", "out"))).toEqual(
    events.filter((_, index) => index % 2 === 1),
  );
});

test("a process holds it until it dies, however it dies", async () => {
  await using rig = storeRig();
  const child = holder(rig.root);
  await once(child.stdout, "data");
  let held = false;
  const taken = rig.store.exclusive("step").then(async (lock) => {
    held = true;
    await lock[Symbol.asyncDispose]();
  });
  await sleep(300);
  expect(held).toBe(false);
  child.kill("SIGKILL");
  await taken;
  expect(held).toBe(true);
});

test("that another process has it is told after a second, and when that is over", async () => {
  await using rig = storeRig();
  const child = holder(rig.root);
  await once(child.stdout, "data");
  const told: boolean[] = [];
  const taken = rig.store.exclusive("step", undefined, (isOver) => told.push(isOver));
  await sleep(600);
  expect(told).toEqual([]);
  await vi.waitFor(() => expect(told).toEqual([false]), 5000);
  child.kill("SIGKILL");
  await using _held = await taken;
  expect(told).toEqual([false, true]);
});

test("a collection that waits for another one tells it", async () => {
  await using rig = storeRig();
  const child = holder(rig.root, "gc");
  await once(child.stdout, "data");
  const told: boolean[] = [];
  const collected = collectGarbage(rig.root, { dryRun: false, onWait: (isOver) => void told.push(isOver) });
  await vi.waitFor(() => expect(told).toEqual([false]), 5000);
  child.kill("SIGKILL");
  await collected;
  expect(told).toEqual([false, true]);
});

test("of what this process has itself nothing is told", async () => {
  await using rig = storeRig();
  const held = await rig.store.exclusive("step");
  const told: boolean[] = [];
  const taken = rig.store.exclusive("step", undefined, (isOver) => told.push(isOver));
  await sleep(1500);
  await held[Symbol.asyncDispose]();
  await using _held = await taken;
  expect(told).toEqual([]);
});

test("a lock leaves no file behind, and yet excludes", async () => {
  await using rig = storeRig();
  const counter = `${rig.root}/counter`;
  writeFileSync(counter, "0");
  await Promise.all([1, 2, 3].map(() => once(incrementer(rig.root, 50), "exit")));
  expect(readFileSync(counter, "utf8")).toBe("150");
  expect(readdirSync(`${rig.root}/locks`)).toEqual([]);
});

test("garbage collection removes what a killed process left of its lock, and nothing that is held", async () => {
  await using rig = storeRig();
  const child = holder(rig.root);
  await once(child.stdout, "data");
  const [file] = readdirSync(`${rig.root}/locks`);
  await collectGarbage(rig.root, { dryRun: false });
  expect(readdirSync(`${rig.root}/locks`)).toEqual([file]);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(readdirSync(`${rig.root}/locks`)).toEqual([file]);
  await collectGarbage(rig.root, { dryRun: false });
  expect(readdirSync(`${rig.root}/locks`)).toEqual([]);
});

test("so does the next one that opens the store", async () => {
  await using rig = storeRig();
  const child = holder(rig.root);
  await once(child.stdout, "data");
  valueOfResult(openStore(rig.root))[Symbol.dispose]();
  expect(readdirSync(`${rig.root}/locks`)).toHaveLength(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  valueOfResult(openStore(rig.root))[Symbol.dispose]();
  expect(readdirSync(`${rig.root}/locks`)).toEqual([]);
});

test("whoever is told to stop waits no longer", async () => {
  await using rig = storeRig();
  await using _held = await rig.store.exclusive("step");
  const controller = new AbortController();
  const waiting = rig.store.exclusive("step", controller.signal);
  controller.abort();
  await (await waiting)[Symbol.asyncDispose]();
});

test("a lock is held although nothing refers to it any more", async () => {
  await using rig = storeRig();
  const file = `${rig.root}/held`;
  expect(hold(file)).toBeDefined();
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  await sleep(20);
  collect();
  expect(hold(file)).toBeUndefined();
});

/** Has `rm` do something before it fails as for a directory that is not empty, so many times. */
function failingRemoval(times: number, before: (path: string) => void): Disposable {
  const { rmSync, promises } = fs;
  const { rm } = promises;
  let left = times;
  const fails = (path: fs.PathLike) => {
    if (left-- <= 0) return;
    before(String(path));
    throw Object.assign(new Error(`ENOTEMPTY: directory not empty, rmdir '${path}'`), { code: "ENOTEMPTY" });
  };
  fs.rmSync = (path, options) => {
    fails(path);
    rmSync(path, options);
  };
  promises.rm = async (path, options) => {
    fails(path);
    await rm(path, options);
  };
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]() {
      fs.rmSync = rmSync;
      promises.rm = rm;
      syncBuiltinESMExports();
    },
  };
}

test("what another process removes at the same time is removed", async () => {
  await using rig = storeRig();
  await using scratch = await rig.store.tempDir("test");
  const { rmSync } = fs;
  for (const remove of [removeAll, removeAllSync]) {
    const directory = `${scratch.path}/directory`;
    mkdirSync(directory);
    using _failing = failingRemoval(1, (path) => rmSync(path, { recursive: true }));
    await remove(directory);
    expect(existsSync(directory)).toBe(false);
  }
});

test("a scratch directory that is still written to stays, in nobody's way, and goes later", async () => {
  await using rig = storeRig();
  const scratch = await rig.store.tempDir("test");
  {
    using _failing = failingRemoval(Number.POSITIVE_INFINITY, () => undefined);
    await scratch[Symbol.asyncDispose]();
  }
  expect(readdirSync(`${rig.root}/tmp`)).toHaveLength(1);
  rig.close();
  using _next = valueOfResult(openStore(rig.root));
  expect(readdirSync(`${rig.root}/tmp`)).toEqual([]);
});
