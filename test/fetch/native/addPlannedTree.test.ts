import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { addPlannedTree } from "../../../src/fetch/native/addPlannedTree.ts";
import type { Planned, TreePlan } from "../../../src/fetch/native/planTree.ts";
import { nativeRig } from "./nativeRig.ts";

/** A small and a large file, of which the one is run, and a link. */
function planned(rig: ReturnType<typeof nativeRig>): TreePlan {
  rig.write({ small: "#!/bin/sh\n", large: "x".repeat(300 * 1024) });
  const file = (name: string) => {
    const { mode, size } = statSync(`${rig.directory}/${name}`);
    return { type: "file", from: `${rig.directory}/${name}`, mode, size } as const;
  };
  return new Map<string, Planned>([
    ["bin/tool", file("small")],
    ["lib/data", file("large")],
    ["bin/alias", { type: "link", target: "tool" }],
  ]);
}

test("files are copied, whatever their size, and the progress is told in bytes from 0 on", async () => {
  using rig = nativeRig();
  const told: [string, number, number][] = [];
  const plan = planned(rig);
  const onProgress = (...progress: [string, number, number]) => void told.push(progress);
  const added = await addPlannedTree(rig.context.store, plan, { name: "tool", onProgress });
  const tree = added.ok ? (rig.context.store.tree(added.value) ?? "") : "";
  expect(rig.list(tree)).toEqual(["bin/alias -> tool", "bin/tool*", "lib/data"]);
  const total = 300 * 1024 + 10;
  expect([told[0], told.at(-1), told.length]).toEqual([["tool", 0, total], ["tool", total, total], 3]);
});

test("once stopped it copies nothing more, and the store gets no part of a tree", async () => {
  using rig = nativeRig();
  const stopped = await addPlannedTree(rig.context.store, planned(rig), {
    name: "tool",
    signal: AbortSignal.abort(),
  });
  expect(stopped).toMatchObject({ ok: false, error: { code: "interrupted" } });
});
