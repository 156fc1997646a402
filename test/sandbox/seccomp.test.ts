import { expect, test } from "vitest";
import { filterOfCalls } from "../../src/sandbox/seccomp.ts";

const allowed = 0x7fff0000;
const noSuchCall = 0x00050026;
const noSuchFamily = 0x00050061;

/** What the kernel answers to a call, as it runs such a program (Linux: `Documentation/networking/filter.rst`). */
function answerTo(call: number, architecture: number, argument = 0): number {
  const program = filterOfCalls();
  let at = 0;
  let value = 0;
  for (let steps = 0; steps < program.length; steps++) {
    const [code, yes, no] = [program.readUInt16LE(at), program.readUInt8(at + 2), program.readUInt8(at + 3)];
    const operand = program.readUInt32LE(at + 4);
    const jump = (isSo: boolean) => (isSo ? yes : no) * 8;
    at += 8;
    if (code === 0x06) return operand;
    else if (code === 0x20)
      value =
        new Map([
          [0, call],
          [4, architecture],
          [16, argument],
        ]).get(operand) ?? Number.NaN;
    else if (code === 0x54) value = (value & operand) >>> 0;
    else if (code === 0x15) at += jump(value === operand);
    else if (code === 0x35) at += jump(value >= operand);
    else if (code === 0x25) at += jump(value > operand);
    else throw new Error(`code ${code}`);
  }
  throw new Error("no answer");
}

const kinds: readonly [string, number, readonly number[], readonly number[], number][] = [
  ["x86_64", 0xc000003e, [248, 249, 250], [41, 53], 103],
  [
    "x32",
    0xc000003e,
    [0x40000000 + 248, 0x40000000 + 250],
    [0x40000000 + 41, 0x40000000 + 53],
    0x40000000 + 103,
  ],
  ["i386", 0x40000003, [286, 287, 288], [359, 360], 103],
  ["aarch64", 0xc00000b7, [217, 218, 219], [198, 199], 116],
  ["arm", 0x40000028, [309, 310, 311], [281, 288], 103],
  ["riscv64", 0xc00000f3, [217, 218, 219], [198, 199], 116],
];

test.each(kinds)(
  "of %s, the calls that have to do with keys are answered as if they did not exist, as are io_uring and the kernel's log, and no others",
  (_, architecture, keys, __, log) => {
    for (const call of [...keys, 425, log]) expect(answerTo(call, architecture)).toBe(noSuchCall);
    for (const call of [0, 1, Math.min(...keys) - 1, Math.max(...keys) + 1, 424, 426, 435, log - 1, log + 1])
      expect(answerTo(call, architecture)).toBe(allowed);
  },
);

test.each(kinds)(
  "of %s, sockets can be of the families that network namespaces separate, and of no others",
  (_, architecture, __, sockets) => {
    const families = Array.from({ length: 64 }, (_, family) => family);
    for (const call of sockets) {
      const answers = new Map(families.map((family) => [family, answerTo(call, architecture, family)]));
      expect([...answers].flatMap(([family, given]) => (given === allowed ? [family] : []))).toEqual([
        1, 2, 10, 16,
      ]);
      expect(answers.get(40)).toBe(noSuchFamily);
    }
  },
);

test("calls of an architecture that is not known are let through", () => {
  expect(answerTo(250, 0x80000016)).toBe(allowed);
});
