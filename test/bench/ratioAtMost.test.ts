import { expect, test } from "vitest";
import { ratioAtMost } from "../../bench/ratioAtMost.ts";

const times = (median: number) => {
  const value = { median, min: median, max: median };
  return { cargo: value, gantry: value, ratio: value };
};

test("the median counts", () => {
  const { text, met } = ratioAtMost(1.1);

  expect(text).toBe("≤ 1.10 × cargo");
  expect([1.1, 1.11].map((ratio) => met(times(ratio), { units: 3, dependencies: 1 }))).toEqual([true, false]);
});

test("a fast build that compiled what it should not has missed the target", () => {
  const bump = ratioAtMost(1.1, "no dependency compiled");
  const checkout = ratioAtMost(0.05, "nothing compiled");

  expect([bump.text, checkout.text]).toEqual([
    "≤ 1.10 × cargo, no dependency compiled",
    "≤ 0.05 × cargo, nothing compiled",
  ]);
  const compiled = [
    { units: 0, dependencies: 0 },
    { units: 2, dependencies: 0 },
    { units: 2, dependencies: 1 },
  ];
  expect(compiled.map((one) => bump.met(times(1), one))).toEqual([true, true, false]);
  expect(compiled.map((one) => checkout.met(times(0), one))).toEqual([true, false, false]);
});
