import { expect, test } from "vitest";
import { inSource } from "../../src/units/key/unitReads.ts";

test.each([
  ["/build/source/a/b.rs", "", "a/b.rs"],
  ["/build/source", "a", ""],
  ["/home/ada/.cache/gantry/none/build/source/b.rs", "a", "b.rs"],
  ["b.rs", "a", "a/b.rs"],
  ["../b.rs", "", "../b.rs"],
  ["/usr/include/zlib.h", "a", undefined],
  ["/build/sources/b.rs", "a", undefined],
])("%s from `%s`: %s", (path, base, expected) => {
  expect(inSource(path, base)).toBe(expected);
});
