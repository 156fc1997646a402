import { existsSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { collectIfDue, isDue, lastCollection } from "../../../src/store/care/automatic.ts";
import { exclusiveAtOnce } from "../../../src/store/locks.ts";
import { editRecords, storeRig } from "../rig.ts";

const { signal } = new AbortController();
const [hour, day] = [3600, 24 * 3600];
const now = Date.now() / 1000;

test("it is due a day after the last one, or where the store may have passed its size by a tenth", async () => {
  await using rig = storeRig();
  const last = (at: number, bytes: number, free: number) =>
    writeFileSync(`${rig.root}/collected`, JSON.stringify({ at, bytes, free, freed: 0 }));
  expect(isDue(rig.root, 100, now)).toBe(true);
  last(now - hour, 100, 0);
  expect([isDue(rig.root, 100, now), isDue(rig.root, 100, now + day)]).toEqual([false, true]);
  // Since then the disk has less room, by more than the tenth.
  last(now - hour, 100, 2 ** 52);
  expect([isDue(rig.root, 100, now), isDue(rig.root, 2 ** 53, now)]).toEqual([true, false]);
  // It could not get the store any smaller.
  last(now - 60, 1000, 0);
  expect(isDue(rig.root, 100, now)).toBe(false);
  writeFileSync(`${rig.root}/collected`, "damaged");
  expect(isDue(rig.root, 100, now)).toBe(true);
});

test("it collects to the size, remembers that, and is not done again", async () => {
  await using rig = storeRig();
  await rig.add({ a: "1" });
  editRecords(rig.root, "UPDATE records SET used = used - 9");
  rig.close();
  expect((await collectIfDue(rig.root, 1, signal))?.trees).toBe(1);
  expect(lastCollection(rig.root)).toMatchObject({ freed: expect.any(Number) });
  expect(await collectIfDue(rig.root, 1, signal)).toBeUndefined();
});

test("two are never done at once", async () => {
  await using rig = storeRig();
  using _other = exclusiveAtOnce(`${rig.root}/locks`, "automatic gc");
  expect(await collectIfDue(rig.root, 1, signal)).toBeUndefined();
  expect(existsSync(`${rig.root}/collected`)).toBe(false);
});
