import { expect, test } from "vitest";
import { differences } from "../../bench/differences.ts";

test("order does not count, but how often a name stands in a list does", () => {
  const compiled = ["syn 2.0.1 lib build", "syn 2.0.1 lib build", "quote 1.0.1 lib build"];

  expect(differences(compiled, [...compiled].reverse())).toBe(0);
  expect(differences(compiled, compiled.slice(1))).toBe(1);
  expect(differences(compiled.slice(1), compiled)).toBe(1);
});

test("one instead of another are two", () => {
  expect(
    differences(["a 1.0.0 lib build", "b 1.0.0 lib build"], ["a 1.0.0 lib build", "c 1.0.0 lib build"]),
  ).toBe(2);
});
