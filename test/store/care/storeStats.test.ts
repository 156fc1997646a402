import { expect, test } from "vitest";
import { storeStats } from "../../../src/store/care/stats.ts";
import { editRecords, storeRig } from "../rig.ts";

test("counts trees by what stands for them, and files once and as often as they are there", async () => {
  await using rig = storeRig();
  const app = await rig.add({ "bin/app": "12345", LICENSE: "123" });
  const unit = await rig.add({ LICENSE: "123" });
  rig.store.records.set("result", "a", { output: app, seconds: 1 });
  rig.store.records.set("result", "b", { output: app, seconds: 1 });
  rig.store.records.set("unit", "c", { tree: unit, files: [], against: {} });
  rig.store.records.set("toolchain", "d", app);
  editRecords(rig.root, "UPDATE records SET used = used - 9 WHERE kind = 'unit' OR kind = 'tree'");
  const { indexBytes, room, unused, oldestHours, ...stats } = await storeStats(rig.root);
  expect(indexBytes).toBeGreaterThan(0);
  expect(room).toBeGreaterThan(indexBytes);
  expect(unused.map(({ days, bytes }) => [days, bytes > 0])).toEqual([
    [1, true],
    [7, true],
    [30, false],
  ]);
  expect(oldestHours).toBeGreaterThan(8 * 24);
  expect(stats).toEqual({
    kinds: [
      { kind: "result", records: 2, trees: 1, bytes: 8 },
      { kind: "unit", records: 1, trees: 1, bytes: 3 },
    ],
    trees: 2,
    files: 3,
    apparentBytes: 11,
    blobs: 2,
    bytes: 8,
    logs: 0,
    logBytes: 0,
    largest: [
      { tree: app, kind: "result", bytes: 8 },
      { tree: unit, kind: "unit", bytes: 3 },
    ],
  });
});
