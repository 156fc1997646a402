import { expect, test } from "vitest";
import { breather, inParallel } from "../../src/base/concurrency.ts";

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

test("no more than so many run at once, and the results keep the order", async () => {
  let [running, most] = [0, 0];
  const results = await inParallel([30, 10, 20, 1, 5], 2, async (milliseconds, index) => {
    running++;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    running--;
    return `${index}: ${milliseconds}`;
  });
  expect(results).toEqual(["0: 30", "1: 10", "2: 20", "3: 1", "4: 5"]);
  expect(most).toBe(2);
});

test("nothing to do is done at once, and the first failure is told", async () => {
  expect(await inParallel([], 4, async () => "never")).toEqual([]);
  await expect(
    inParallel(["fine", "wrong"], 1, async (name) => {
      if (name === "wrong") throw new Error(name);
    }),
  ).rejects.toThrow("wrong");
});
