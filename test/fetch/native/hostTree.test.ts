import { readdirSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { baseSystem } from "../../../src/fetch/native/baseSystem.ts";
import { valueOfResult } from "../../rig/valueOfResult.ts";
import { nativeRig } from "./nativeRig.ts";
import { pretendedDebian } from "./pretendedDebian.ts";

function debian() {
  const rig = nativeRig();
  rig.write(pretendedDebian());
  const { store } = rig.context;
  return {
    rig,
    base: async () => valueOfResult(await baseSystem(store, rig.pretended)),
    trees: () => readdirSync(`${store.root}/trees`),
    [Symbol.dispose]: () => rig[Symbol.dispose](),
  };
}

test("the base system is known without a copy of it, and copied once for all who place it", async () => {
  using host = debian();
  const base = await host.base();
  expect(host.trees()).toEqual([]);
  const again = await host.base();
  const places = await Promise.all([base.place(), base.place(), again.place()]);
  expect(new Set(places.map(valueOfResult)).size).toBe(1);
  expect(host.trees()).toEqual([base.digest]);
});

test("a copy that was collected is made again, and what it is known by stays", async () => {
  using host = debian();
  const { digest, place } = await host.base();
  rmSync(valueOfResult(await place()), { recursive: true });
  const again = await host.base();
  expect([again.digest, host.trees()]).toEqual([digest, []]);
  expect(valueOfResult(await again.place())).toMatch(digest);
  expect(host.trees()).toEqual([digest]);
});

test("a file that changed between reading and copying is noticed, and the next build goes by what it is now", async () => {
  using host = debian();
  for (const isRead of [true, false]) {
    // As one process goes on, and as another one finds it.
    const before = isRead ? await host.base() : await host.base().then(() => host.base());
    host.rig.write({ "root/usr/include/stdio.h": `changed ${isRead}` });
    expect(await before.place()).toMatchObject({
      error: { code: "input-changed", message: "files of the base system changed since they were read" },
    });
    const after = await host.base();
    expect(after.digest).not.toBe(before.digest);
    expect(valueOfResult(await after.place())).toMatch(after.digest);
    expect(host.trees()).not.toContain(before.digest);
    rmSync(valueOfResult(await after.place()), { recursive: true });
  }
});
