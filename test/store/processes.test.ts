import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { collectGarbage } from "../../src/store/care/garbage.ts";
import { verifyStore } from "../../src/store/care/verify.ts";
import { storeRig } from "./rig.ts";

function start(root: string, count: number) {
  return startScript("addTrees.ts", root, count);
}

function startScript(script: string, ...words: readonly (string | number)[]) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, script), ...words.map(String)],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const ended = once(child, "close").then(([status, signal]) => ({ status, signal }));
  let said = "";
  child.stderr.on("data", (data) => (said += data));
  return { child, ended: ended.then((end) => ({ ...end, said })) };
}

/** The problems of the store, and how many trees it has. */
async function found(root: string) {
  const { trees, damagedTrees, damagedBlobs, dangling } = await verifyStore(root, { repair: false });
  return { trees, damagedTrees, damagedBlobs, dangling };
}

test("processes that add the same trees at once end with each tree once, and whole", async () => {
  await using rig = storeRig();
  const all = await Promise.all(Array.from({ length: 4 }, () => start(rig.root, 40).ended));
  expect(all).toEqual(Array(4).fill({ status: 0, signal: null, said: "" }));
  expect(await found(rig.root)).toEqual({ trees: 40, damagedTrees: [], damagedBlobs: [], dangling: 0 });
  expect(readdirSync(`${rig.root}/tmp`)).toEqual([]);
  expect(readdirSync(`${rig.root}/claims`).length).toBe(1);
});

test("processes that open a new store at once all open it", async () => {
  for (let round = 0; round < 5; round++) {
    await using rig = storeRig();
    const root = `${rig.root}-new`;
    const all = await Promise.all(Array.from({ length: 6 }, () => start(root, 1).ended));
    expect(all).toEqual(Array(6).fill({ status: 0, signal: null, said: "" }));
    expect(readdirSync(root).filter((name) => name.endsWith(".new"))).toEqual([]);
  }
});

test("processes that make an index at the very same moment all have it", async () => {
  await using rig = storeRig();
  // When all have started.
  const first = Date.now() + 1500;
  const all = await Promise.all(
    Array.from({ length: 3 }, () => startScript("openTogether.ts", dirname(rig.root), first, 300).ended),
  );
  expect(all).toEqual(Array(3).fill({ status: 0, signal: null, said: "" }));
});

test("garbage collection beside them takes nothing that they use, whatever it is asked for", async () => {
  await using rig = storeRig();
  const adding = Promise.all(Array.from({ length: 2 }, () => start(rig.root, 60).ended));
  let [runs, over] = [0, false];
  void adding.then(() => (over = true));
  while (!over) {
    await collectGarbage(rig.root, { keepSeconds: 0, maxBytes: 0, dryRun: false });
    runs += 1;
    await sleep(5);
  }
  expect(await adding).toEqual(Array(2).fill({ status: 0, signal: null, said: "" }));
  expect(runs).toBeGreaterThan(5);
  expect(await found(rig.root)).toEqual({ trees: 60, damagedTrees: [], damagedBlobs: [], dangling: 0 });
});

test("a process that is killed at any moment leaves a store that is whole, and another one goes on", async () => {
  await using rig = storeRig();
  for (let round = 0; round < 6; round++) {
    const { child, ended } = start(rig.root, 10_000);
    await once(child.stdout, "data");
    await sleep(13 * round);
    child.kill("SIGKILL");
    expect((await ended).signal).toBe("SIGKILL");
    expect(await found(rig.root)).toMatchObject({ damagedTrees: [], damagedBlobs: [], dangling: 0 });
  }
  const { trees } = await found(rig.root);
  expect(await start(rig.root, trees + 5).ended).toEqual({ status: 0, signal: null, said: "" });
  expect(await found(rig.root)).toEqual({
    trees: trees + 5,
    damagedTrees: [],
    damagedBlobs: [],
    dangling: 0,
  });
  expect(readdirSync(`${rig.root}/tmp`)).toEqual([]);
});
