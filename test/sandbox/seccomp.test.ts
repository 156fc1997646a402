import { expect, test } from "vitest";
import { filterOfCalls } from "../../src/sandbox/seccomp.ts";

const allowed = 0x7fff0000;
const noSuchCall = 0x00050026;

/** What the kernel answers to a call, as it runs such a program (Linux: `Documentation/networking/filter.rst`). */
function answerTo(call: number, architecture: number): number {
  const program = filterOfCalls();
  let at = 0;
  let value = 0;
  for (let steps = 0; steps < program.length; steps++) {
    const [code, yes, no] = [program.readUInt16LE(at), program.readUInt8(at + 2), program.readUInt8(at + 3)];
    const operand = program.readUInt32LE(at + 4);
    const jump = (isSo: boolean) => (isSo ? yes : no) * 8;
    at += 8;
    if (code === 0x06) return operand;
    else if (code === 0x20) value = operand === 0 ? call : architecture;
    else if (code === 0x54) value = (value & operand) >>> 0;
    else if (code === 0x15) at += jump(value === operand);
    else if (code === 0x35) at += jump(value >= operand);
    else if (code === 0x25) at += jump(value > operand);
    else throw new Error(`code ${code}`);
  }
  throw new Error("no answer");
}

test.each([
  ["x86_64", 0xc000003e, [248, 249, 250]],
  ["x32", 0xc000003e, [0x40000000 + 248, 0x40000000 + 250]],
  ["i386", 0x40000003, [286, 287, 288]],
  ["aarch64", 0xc00000b7, [217, 218, 219]],
  ["arm", 0x40000028, [309, 310, 311]],
  ["riscv64", 0xc00000f3, [217, 218, 219]],
])(
  "of %s, the calls that have to do with keys are answered as if they did not exist, and no others",
  (_, architecture, keys) => {
    for (const call of keys) expect(answerTo(call, architecture)).toBe(noSuchCall);
    for (const call of [0, 1, Math.min(...keys) - 1, Math.max(...keys) + 1, 435])
      expect(answerTo(call, architecture)).toBe(allowed);
  },
);

test("calls of an architecture that is not known are let through", () => {
  expect(answerTo(250, 0x80000016)).toBe(allowed);
});
