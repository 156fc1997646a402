import { chmodSync, cpSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { verifyStore } from "../../../src/store/care/verify.ts";
import { storedBlobs } from "../../../src/store/contents.ts";
import { storeRig } from "../rig.ts";

/** Called with each directory whose files have just been listed. */
const whenListed: ((directory: string) => unknown)[] = [];
afterEach(() => void whenListed.splice(0));

vi.mock("../../../src/tree/walk.ts", async (original) => {
  const actual = await original<typeof import("../../../src/tree/walk.ts")>();
  return {
    ...actual,
    *walk(...parameters: Parameters<typeof actual.walk>) {
      yield* actual.walk(...parameters);
      for (const told of whenListed) told(parameters[0]);
    },
  };
});

test.each([
  ["went", () => {}],
  [
    "went and came again",
    (place: string, aside: string) => cpSync(aside, place, { recursive: true, preserveTimestamps: true }),
  ],
])("a tree that %s while it was read is not damaged", async (_, comesAgain) => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1", b: "2" });
  // A collection removes blobs, too: then its files are read as files of the tree.
  for (const blob of storedBlobs(rig.root)) rmSync(blob);
  const place = `${rig.root}/trees/${tree}`;
  whenListed.push((directory) => {
    if (directory !== place) return;
    whenListed.splice(0);
    renameSync(place, `${rig.root}/aside`);
    comesAgain(place, `${rig.root}/aside`);
    rmSync(`${rig.root}/aside`, { recursive: true });
    // What was listed is not there any more, as where the other one is looked at later.
    rmSync(`${place}/a`, { force: true });
  });
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({ damagedTrees: [] });
});

test("a tree is judged by what its files are now, whatever another file of that inode was before", async () => {
  await using rig = storeRig();
  const tree = await rig.add({ a: "1" });
  const [blob = ""] = storedBlobs(rig.root);
  const place = `${rig.root}/trees/${tree}`;
  chmodSync(blob, 0o644);
  writeFileSync(blob, "2");
  whenListed.push((directory) => directory === place && writeFileSync(blob, "1"));
  expect(await verifyStore(rig.root, { repair: false })).toMatchObject({ damagedTrees: [] });
});
