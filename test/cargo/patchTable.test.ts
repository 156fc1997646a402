import { expect, test } from "vitest";
import { parseSourceId, patchTable } from "../../src/cargo/sourceId.ts";

test.for([
  ["registry+https://github.com/rust-lang/crates.io-index", "crates-io"],
  ["registry+https://h/index", "https://h/index"],
  ["sparse+https://h/index/", "sparse+https://h/index/"],
  ["git+ssh://git@h/a.git?branch=x#0123abc", "ssh://git@h/a.git"],
] as const)("%s is patched as `%s`", ([source, table]) => {
  const parsed = parseSourceId(source);
  expect(parsed && patchTable(parsed)).toBe(table);
});
