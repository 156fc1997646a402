import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { storeRemoved } from "../../src/cli/runProcess.ts";
import { storeRig } from "../store/rig.ts";

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    return thrown;
  }
}

test("what fails for want of a store that was removed is told so, and nothing else", async () => {
  await using rig = storeRig();
  const thrown = caught(() => rmSync(`${rig.root}/trees/x`));
  const bug = new TypeError("x is not a function");
  expect(storeRemoved(thrown, rig.root)).toBeUndefined();
  rig.close();
  rmSync(rig.root, { recursive: true });
  expect(storeRemoved(thrown, rig.root)).toMatchObject({ code: "store-removed" });
  expect(storeRemoved(new SuppressedError(bug, thrown), rig.root)).toMatchObject({ code: "store-removed" });
  const elsewhere = caught(() => rmSync("/none/x"));
  expect([bug, elsewhere, "text"].map((each) => storeRemoved(each, rig.root))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
