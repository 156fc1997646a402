import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { collectGarbage } from "../../src/store/care/garbage.ts";
import { claimStore } from "../../src/store/locks.ts";
import { openStore } from "../../src/store/openStore.ts";
import { containers, inContainer } from "../rig/container.ts";
import { describeWhere } from "../rig/describeWhere.ts";
import { valueOfResult } from "../rig/valueOfResult.ts";
import { type StoreRig, storeRig } from "./rig.ts";

/** Opens the store in a container of its own, makes a scratch directory, and holds both until it is killed. */
async function container(root: string) {
  const store = join(import.meta.dirname, "../../src/store/openStore.ts");
  const code = `
    import { openStore } from ${JSON.stringify(store)};
    const scratch = await openStore(${JSON.stringify(root)}).value.tempDir("work");
    console.log(process.pid + " " + scratch.path);
    setInterval(() => {}, 1000);`;
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--input-type=module", "-e", code];
  const child = spawn("unshare", [...inContainer, ...node], { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  const [pid, scratch = ""] = String(said).trim().split(" ");
  expect(pid).toBe("1");
  return {
    scratch,
    async kill() {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}

/** Whether a process has a lock on the file that has that name now. */
function isHeld(file: string): boolean {
  const { ino } = statSync(file);
  return readFileSync("/proc/locks", "utf8").includes(`:${ino} `);
}

const claims = (rig: StoreRig) => readdirSync(`${rig.root}/claims`).length;

test("a process has one claim and nothing beside it, for as long as it has the store open", async () => {
  await using rig = storeRig();
  expect(claims(rig)).toBe(1);
  using second = valueOfResult(openStore(rig.root));
  expect(claims(rig)).toBe(2);
  second[Symbol.dispose]();
  rig.close();
  expect(claims(rig)).toBe(0);
});

test("a claim is held by the file that has its name, though another took that file's place when it was about to be held", async () => {
  await using rig = storeRig();
  const execute = DatabaseSync.prototype.exec;
  let swaps = 0;
  const swapped = vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (
    this: DatabaseSync,
    sql,
  ) {
    const file = this.location() ?? "";
    if (swaps === 0 && file.includes("/claims/") && !isHeld(file)) {
      swaps += 1;
      rmSync(file);
      writeFileSync(file, "");
    }
    execute.call(this, sql);
  });
  using claim = claimStore(rig.root);
  swapped.mockRestore();
  expect(swaps).toBe(1);
  expect(isHeld(`${rig.root}/claims/${claim.id}`)).toBe(true);
});

describeWhere(containers, "containers that share a store", () => {
  test("two containers that share a store do not touch each other's work", async () => {
    await using rig = storeRig();
    const one = await container(rig.root);
    const two = await container(rig.root);
    valueOfResult(openStore(rig.root))[Symbol.dispose]();
    expect([existsSync(one.scratch), existsSync(two.scratch), claims(rig)]).toEqual([true, true, 3]);
    await one.kill();
    valueOfResult(openStore(rig.root))[Symbol.dispose]();
    expect([existsSync(one.scratch), existsSync(two.scratch), claims(rig)]).toEqual([false, true, 2]);
    await two.kill();
  });

  test("garbage collection spares what a container uses, until that is killed", async () => {
    await using rig = storeRig();
    const tree = await rig.add({ a: "1" });
    rig.close();
    const held = await container(rig.root);
    const all = { maxBytes: 0, keepSeconds: 0, dryRun: false, now: Date.now() / 1000 + 3 * 24 * 60 * 60 };
    expect((await collectGarbage(rig.root, all)).trees).toBe(0);
    expect(existsSync(`${rig.root}/trees/${tree}`)).toBe(true);
    await held.kill();
    expect((await collectGarbage(rig.root, all)).trees).toBe(1);
  });
});
