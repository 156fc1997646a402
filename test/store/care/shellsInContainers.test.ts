import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectGarbage } from "../../../src/store/care/garbage.ts";
import { containers, inContainer } from "../../rig/container.ts";
import { describeWhere } from "../../rig/describeWhere.ts";
import { editRecords, storeRig } from "../rig.ts";

const sources = join(import.meta.dirname, "../../../src");
const node = [process.execPath, "--disable-warning=ExperimentalWarning", "--input-type=module", "-e"];
const month = 30 * 24 * 3600;

/** A dev shell in a container of its own, of a project that only that sees; it uses the tree until it is killed. */
async function shellInContainer(root: string, tree: string) {
  const code = `
    import { openStore } from "${sources}/store/openStore.ts";
    import { shellKey } from "${sources}/store/contents.ts";
    using store = openStore(${JSON.stringify(root)}).value;
    store.records.set("shell", shellKey("/nowhere", "default", process.pid), ["${tree}"]);
    store[Symbol.dispose]();
    console.log("entered");
    setInterval(() => {}, 1000);`;
  const child = spawn("unshare", [...inContainer, ...node, code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return async () => {
    child.kill("SIGKILL");
    await once(child, "close");
  };
}

/** Collects in another container, which sees neither the shell nor its project. */
function collectInContainer(root: string, options: string): number {
  const code = `
    import { collectGarbage } from "${sources}/store/care/garbage.ts";
    console.log((await collectGarbage(${JSON.stringify(root)}, ${options})).trees);`;
  const ran = spawnSync("unshare", [...inContainer, ...node, code], { encoding: "utf8" });
  return ran.status === 0 ? Number(ran.stdout) : Number.NaN;
}

describeWhere(containers, "a dev shell in a container", () => {
  test("is seen by who collects outside, and no longer when it has ended", async () => {
    await using rig = storeRig();
    const tree = await rig.add({ a: "1" });
    rig.close();
    const kill = await shellInContainer(rig.root, tree);
    editRecords(rig.root, "UPDATE records SET used = used - 40");
    const collect = async () => (await collectGarbage(rig.root, { keepSeconds: month, dryRun: false })).trees;
    expect(await collect()).toBe(0);
    await kill();
    // The system takes a moment to be done with a process.
    await expect.poll(collect).toBe(1);
  });

  test("is judged by its age from another container", async () => {
    await using rig = storeRig();
    const tree = await rig.add({ a: "1" });
    rig.close();
    const kill = await shellInContainer(rig.root, tree);
    editRecords(rig.root, "UPDATE records SET used = used - 20");
    const options = `{ keepSeconds: ${month}, dryRun: false }`;
    expect(collectInContainer(rig.root, options)).toBe(0);
    editRecords(rig.root, "UPDATE records SET used = used - 20");
    expect(collectInContainer(rig.root, options)).toBe(1);
    await kill();
  });
});
