import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Digest } from "../../../src/base/digest.ts";
import { caseOf, variants } from "./cases.ts";
import { type KeyedUnit, keyedBuild } from "./keyedBuild.ts";

const base = mkdtempSync(join(tmpdir(), "gantry-arguments-"));
afterAll(() => rmSync(base, { recursive: true }));

/**
 * The argument that keeps `units/key` honest: whatever Cargo gives a rustc or a build script, over all these builds, has
 * a part in the unit's key, or is left out for a reason that `keyedBuild.ts` says.
 */
test("units with one key are given the same arguments and variables, however they are asked for", () => {
  const known = new Map<Digest, { readonly unit: KeyedUnit; readonly at: string }>();
  const differences = new Set<string>();
  let [compared, planned, assigned] = [0, 0, 0];
  for (const variant of variants) {
    const built = keyedBuild(base, caseOf(variant));
    planned += built.planned;
    assigned += built.units.length;
    for (const unit of built.units) {
      const at = JSON.stringify(variant);
      const before = known.get(unit.key);
      if (!before) known.set(unit.key, { unit, at });
      else {
        compared += 1;
        const difference = differenceOf(before.unit, unit);
        if (difference) differences.add(`${unit.name}: ${difference}\n  ${before.at}\n  ${at}`);
      }
    }
  }
  expect([...differences]).toEqual([]);
  // What cannot be assigned is not compared: of two units of which nothing but arguments tells which is which.
  expect(assigned / planned).toBeGreaterThan(0.9);
  expect(compared).toBeGreaterThan(2 * known.size - 200);
}, 1_800_000);

function differenceOf(before: KeyedUnit, now: KeyedUnit): string {
  const [was, is] = [new Set(before.given), new Set(now.given)];
  const gone = before.given.filter((each) => !is.has(each)).map((each) => `-${each}`);
  return [...gone, ...now.given.filter((each) => !was.has(each)).map((each) => `+${each}`)].join(" ");
}
