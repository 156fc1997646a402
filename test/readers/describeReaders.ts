import { spawnSync } from "node:child_process";
import { afterAll, expect, test } from "vitest";
import { describeIsolated } from "../hermetic/describeIsolated.ts";
import { notCovered } from "../rig/notCovered.ts";
import { knownFaults } from "./knownFaults.ts";
import { type Reader, titleOf } from "./reader.ts";
import { verdictOf } from "./soundness.ts";
import { openBench } from "./tryReader.ts";

/** Tests that after each edit every build leaves what one from an empty store leaves. */
export function describeReaders(what: string, rows: readonly Reader[]): void {
  describeIsolated(what, () => {
    const bench = openBench();
    afterAll(() => bench[Symbol.dispose]());
    const [there, missing] = [rows.filter(isCovered), rows.filter((row) => !isCovered(row))];
    for (const { reader, needs } of missing) notCovered(reader, needs?.missing ?? "");
    for (const row of there) {
      const isKnown = knownFaults.has(titleOf(row));
      test(`${titleOf(row)}${isKnown ? " (a known fault)" : ""}`, async () => {
        const tried = await bench.tries(row);
        const verdict = verdictOf(row, tried);
        if (isKnown) expect(verdict, "the fault is gone: remove it from `knownFaults`").not.toBe("right");
        else expect({ verdict, ...tried }).toEqual({ verdict: "right", ...tried });
      });
    }
  });
}

function isCovered({ needs }: Reader): boolean {
  return needs === undefined || spawnSync("sh", ["-c", needs.isThere]).status === 0;
}
