import { chmodSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { addPlannedTree } from "../../../src/fetch/native/addPlannedTree.ts";
import { planTree } from "../../../src/fetch/native/planTree.ts";
import { openStore } from "../../../src/store/openStore.ts";
import { tempProject } from "../../rig/tempProject.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";

test("what was copied is known as long as no file of it changed", async () => {
  using host = tempProject({ "usr/bin/tool": "tool", "usr/lib/data": "data", "usr/lib/other": "other" });
  using store = valueOfResult(openStore(host.store));
  const at = (path: string) => `${host.root}/usr/${path}`;
  /** The tree, and whether something was copied. */
  const add = async (paths: readonly string[] = ["/usr/bin/tool", "/usr/lib/data"]) => {
    let copied = false;
    const plan = planTree(host.root, paths, () => true);
    const onProgress = () => {
      copied = true;
    };
    return { tree: valueOfResult(await addPlannedTree(store, plan, { name: "base", onProgress })), copied };
  };
  const settle = () => sleep(2100);

  await settle();
  const first = await add();
  expect(first.copied).toBe(true);
  expect(await add()).toEqual({ tree: first.tree, copied: false });
  // Of no concern to what was planned.
  writeFileSync(at("lib/other"), "changed");
  expect(await add()).toEqual({ tree: first.tree, copied: false });
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
    expect((await add()).copied).toBe(true);
    expect((await add()).copied).toBe(true);
    await settle();
    const { tree, copied } = await add();
    expect(copied).toBe(true);
    expect(await add()).toEqual({ tree, copied: false });
    trees.add(tree);
  }
  expect(trees.size).toBe(4);
});
