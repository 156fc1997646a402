import { expect, test } from "vitest";
import { all, err, ok } from "../../src/base/result.ts";

test("all values, or the first error in order", () => {
  expect(all([ok(1), ok(2)])).toEqual({ ok: true, value: [1, 2] });
  expect(all([])).toEqual({ ok: true, value: [] });
  expect(all([ok(1), err("b"), err("a")])).toEqual({ ok: false, error: "b" });
});
