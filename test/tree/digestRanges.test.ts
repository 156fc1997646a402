import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { digestOf } from "../../src/base/digest.ts";
import { digestRanges } from "../../src/tree/digestRanges.ts";

const much = 32 * 1024 * 1024;

function written(contents: readonly Uint8Array[]) {
  const directory = mkdtempSync(`${tmpdir()}/gantry-ranges-`);
  const ranges = contents.map((bytes, index) => {
    writeFileSync(`${directory}/${index}`, bytes);
    return { path: `${directory}/${index}`, from: 0, length: Number.MAX_SAFE_INTEGER };
  });
  return { directory, ranges, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

test("threads say the same as this one, and in the same order, of several things at once", async () => {
  const contents = [much / 2, 3, 0, 256 * 1024, 256 * 1024 + 1, 100_000].map((size) => randomBytes(size));
  const all = contents.reduce((sum, { length }) => sum + length, 0);
  using rig = written(contents);
  const expected = contents.map((bytes) => digestOf(bytes));
  const reads = [0, 0, 0];
  const digests = await Promise.all(
    [much, much, 0].map((total, index) =>
      digestRanges(rig.ranges, {
        total,
        onRead: (bytes) => {
          reads[index] = (reads[index] ?? 0) + bytes;
        },
      }),
    ),
  );
  expect(digests).toEqual([expected, expected, expected]);
  expect(reads).toEqual([all, all, all]);
  const [first] = rig.ranges;
  const middle = { path: first?.path ?? "", from: 5, length: 1_000_000 };
  const options = { total: much, onRead: () => undefined };
  expect(await digestRanges([middle], options)).toEqual([
    digestOf(contents[0]?.subarray(5, 1_000_005) ?? ""),
  ]);
});

test("a file that is gone is told as the system tells it, and the threads go on", async () => {
  using rig = written([Buffer.from("a")]);
  const gone = { path: `${rig.directory}/gone`, from: 0, length: 1 };
  for (const total of [0, much]) {
    const options = { total, onRead: () => undefined };
    await expect(digestRanges([...rig.ranges, gone], options)).rejects.toMatchObject({
      code: "ENOENT",
      path: gone.path,
      message: expect.stringContaining("no such file"),
    });
    expect(await digestRanges(rig.ranges, options)).toEqual([digestOf("a")]);
  }
});

test("once stopped nothing is known", async () => {
  using rig = written(Array.from({ length: 50 }, () => randomBytes(1_000_000)));
  for (const total of [0, much]) {
    const stop = new AbortController();
    const digests = await digestRanges(rig.ranges, {
      total,
      signal: stop.signal,
      onRead: () => stop.abort(),
    });
    expect(digests).toBeUndefined();
  }
});
