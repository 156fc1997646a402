import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/base/digest.ts";
import { digestParts } from "../../../src/fetch/toolchain/digestParts.ts";

const piece = 8 * 1024 * 1024;

function files(contents: Readonly<Record<string, Uint8Array>>) {
  const directory = mkdtempSync(`${tmpdir()}/gantry-parts-`);
  const sized = Object.entries(contents).map(([name, bytes]) => {
    writeFileSync(`${directory}/${name}`, bytes);
    return { path: `${directory}/${name}`, size: bytes.length };
  });
  return { sized, [Symbol.dispose]: () => rmSync(directory, { recursive: true }) };
}

test("a small file by its content, a large one by its pieces, and every byte is read once", async () => {
  const large = new Uint8Array(piece + 3).fill(7);
  using rig = files({ empty: new Uint8Array(), small: Buffer.from("s"), large });
  let read = 0;
  const digests = await digestParts(rig.sized, new AbortController().signal, (bytes) => {
    read += bytes;
  });
  expect([...(digests?.values() ?? [])]).toEqual([
    digestOf(""),
    digestOf("s"),
    digestOf(`${digestOf(large.subarray(0, piece))}\n${digestOf(large.subarray(piece))}`),
  ]);
  expect(read).toBe(large.length + 1);
});

test("once stopped it reads no further and knows nothing", async () => {
  using rig = files({ a: new Uint8Array(3 * piece), b: new Uint8Array(3 * piece) });
  const controller = new AbortController();
  let read = 0;
  const digests = await digestParts(rig.sized, controller.signal, (bytes) => {
    read += bytes;
    controller.abort();
  });
  expect(digests).toBeUndefined();
  expect(read).toBeLessThan(6 * piece);
});
