import { chmodSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { digestPlanned } from "../../../src/fetch/native/plannedTree.ts";
import { planTree } from "../../../src/fetch/native/planTree.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

test("what was read is known as long as no file of it changed", async () => {
  using host = tempProject({ "usr/bin/tool": "tool", "usr/lib/data": "data", "usr/lib/other": "other" });
  using store = valueOfResult(openStore(host.store));
  const at = (path: string) => `${host.root}/usr/${path}`;
  /** The tree, and whether something was read. */
  const add = async (paths: readonly string[] = ["/usr/bin/tool", "/usr/lib/data"]) => {
    let read = false;
    const plan = planTree(host.root, paths, () => true);
    const onProgress = () => {
      read = true;
    };
    return { tree: valueOfResult(await digestPlanned(store, plan, { name: "base", onProgress })), read };
  };
  const settle = () => sleep(2100);

  await settle();
  const first = await add();
  expect(first.read).toBe(true);
  expect(await add()).toEqual({ tree: first.tree, read: false });
  // Of no concern to what was planned.
  writeFileSync(at("lib/other"), "changed");
  expect(await add()).toEqual({ tree: first.tree, read: false });
  expect((await add(["/usr/bin/tool"])).tree).not.toBe(first.tree);

  const { mtime } = statSync(at("lib/data"));
  const changes = [
    () => writeFileSync(at("lib/data"), "DATA"),
    () => {
      writeFileSync(at("lib/new"), "Data");
      renameSync(at("lib/new"), at("lib/data"));
    },
    () => chmodSync(at("lib/data"), 0o755),
  ];
  const trees = new Set([first.tree]);
  for (const change of changes) {
    change();
    utimesSync(at("lib/data"), mtime, mtime);
    // Just changed, it is not remembered.
    expect((await add()).read).toBe(true);
    expect((await add()).read).toBe(true);
    await settle();
    const { tree, read } = await add();
    expect(read).toBe(true);
    expect(await add()).toEqual({ tree, read: false });
    trees.add(tree);
  }
  expect(trees.size).toBe(4);
});
