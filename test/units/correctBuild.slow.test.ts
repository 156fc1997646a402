import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CorrectBuild, correctBuild } from "./correctBuild.ts";
import { steps } from "./edit.ts";

/** `npm run test:property` sets how many, with a seed of its own, and can repeat a run that failed. */
const asked = process.env.GANTRY_PROPERTY_RUNS;
const runs = Number(asked ?? 20);
/** The default run has a fixed seed: a suite that fails must fail again. */
const seed = Number(process.env.GANTRY_PROPERTY_SEED ?? (asked ? Date.now() % 2 ** 31 : 20_261_128));

let build: CorrectBuild;
beforeAll(async () => {
  build = await correctBuild();
}, 0);
// Its stores are large by then.
afterAll(() => build?.[Symbol.dispose](), 0);

test(`after any edit, a build is correct and minimal (${runs} sequences, seed ${seed})`, {
  timeout: 0,
}, async () => {
  const started = performance.now();
  let done = 0;
  const property = fc.asyncProperty(steps, async (each) => {
    expect(await build.faults(each)).toEqual([]);
    done += 1;
    if (asked) process.stderr.write(`${done} of ${runs} sequences, ${secondsSince(started)} s\n`);
  });
  await fc.assert(property, { numRuns: runs, seed, verbose: true, endOnFailure: runs <= 20 });
});

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(0);
}
