import { expect, test } from "vitest";
import { canonical } from "../../../src/base/digest.ts";
import { machineOf } from "../../../src/engine/tests/keptTests.ts";

const told = (...lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");

test("a test may ask what a processor can do, whatever that is called", () => {
  const [known, ...others] = [
    told("model name\t: EPYC", "flags\t\t: fpu sse2 avx2", "cpu MHz\t\t: 2100.000"),
    told("model name\t: EPYC", "flags\t\t: fpu sse2 avx2", "cpu MHz\t\t: 900.000"),
    told("model name\t: EPYC", "flags\t\t: fpu sse2 avx2 avx512f", "cpu MHz\t\t: 2100.000"),
    told("CPU implementer\t: 0x41", "CPU part\t: 0xd0c"),
    told("CPU implementer\t: 0x41", "CPU part\t: 0xd40"),
  ].map((each) => canonical(machineOf(each)));
  expect(others.map((each) => each === known)).toEqual([true, false, false, false]);
  expect(others[2]).not.toBe(others[3]);
});
