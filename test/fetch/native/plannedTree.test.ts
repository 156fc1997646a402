import { statSync } from "node:fs";
import { expect, test } from "vitest";
import { copyPlanned, digestPlanned } from "../../../src/fetch/native/plannedTree.ts";
import type { Planned, TreePlan } from "../../../src/fetch/native/planTree.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
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

test("files are read, and then copied, whatever their size, and the progress is told in bytes from 0 on", async () => {
  using rig = nativeRig();
  const { store } = rig.context;
  const told: unknown[][] = [];
  const plan = planned(rig);
  const about = { name: "tool", onProgress: (...progress: unknown[]) => void told.push(progress) };
  const digest = valueOfResult(await digestPlanned(store, plan, about));
  expect(store.tree(digest)).toBeUndefined();
  expect(valueOfResult(await copyPlanned(store, plan, about))).toBe(digest);
  expect(rig.list(store.pathOf(digest))).toEqual(["bin/alias -> tool", "bin/tool*", "lib/data"]);
  const total = 300 * 1024 + 10;
  for (const what of ["hash", "copy"]) {
    const own = told.filter(([first]) => first === what);
    expect([own[0], own.at(-1)]).toEqual([
      [what, "tool", 0, total],
      [what, "tool", total, total],
    ]);
  }
});

test("once stopped nothing more is read or copied, and the store gets no part of a tree", async () => {
  using rig = nativeRig();
  for (const work of [digestPlanned, copyPlanned]) {
    const stopped = await work(rig.context.store, planned(rig), {
      name: "tool",
      signal: AbortSignal.abort(),
    });
    expect(stopped).toMatchObject({ ok: false, error: { code: "interrupted" } });
  }
});
