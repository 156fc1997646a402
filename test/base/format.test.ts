import { expect, test } from "vitest";
import { formatBytes, formatColumns, formatCount } from "../../src/base/format.ts";

test("bytes in powers of 1024", () => {
  expect([0, 1023, 1024, 1536, 1024 ** 2, 20 * 1024 ** 3, 5000 * 1024 ** 4].map(formatBytes)).toEqual([
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 KiB",
    "1.0 MiB",
    "20.0 GiB",
    "5000.0 TiB",
  ]);
});

test("counts", () => {
  expect([0, 1, 1234].map((count) => formatCount(count, "tree"))).toEqual([
    "0 trees",
    "1 tree",
    "1,234 trees",
  ]);
});

test("columns are as wide as they have to be, and lines end with a letter", () => {
  expect(
    formatColumns([
      ["a", "bb"],
      ["ccc", ""],
      ["d", "e", "f"],
    ]),
  ).toEqual(["a    bb", "ccc", "d    e   f"]);
});
