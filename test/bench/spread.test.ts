import { expect, test } from "vitest";
import { spread } from "../../bench/spread.ts";

test("of an odd number of values, the median is the middle one", () => {
  expect(spread([3, 1, 20])).toEqual({ median: 3, min: 1, max: 20 });
});

test("of an even number, it lies between the middle two", () => {
  expect(spread([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10 });
});

test("there is none of no values", () => {
  expect(() => spread([])).toThrow("a spread of no values");
});
