import { expect, test } from "vitest";
import { breather } from "../../src/base/breather.ts";

test("a long loop lets what waits run, and a short one costs nothing", async () => {
  const pause = breather();
  expect(pause()).toBeUndefined();
  let turns = 0;
  let interrupted = false;
  setImmediate(() => {
    interrupted = true;
  });
  const began = performance.now();
  while (!interrupted && performance.now() - began < 5000) {
    turns++;
    await pause();
  }
  expect(interrupted).toBe(true);
  expect(turns).toBeGreaterThan(10);
});
