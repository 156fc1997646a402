/**
 * A program for the kernel's filter of system calls (seccomp(2)): calls that have
 * to do with keys answer as a kernel without them does. No namespace separates keyrings, and those of the user and of the
 * session may hold passwords.
 */
export function filterOfCalls(): Buffer {
  return Buffer.concat([load(architecture), ...keyCalls.flatMap(refused), answer(allow)]);
}

/** `add_key`, `request_key` and `keyctl` have numbers in a row. */
type KeyCalls = { readonly architecture: number; readonly first: number; readonly last: number };

/** By `AUDIT_ARCH_…`; what a 64-bit system runs for 32 bits, too. */
const keyCalls: readonly KeyCalls[] = [
  { architecture: 0xc000003e, first: 248, last: 250 }, // x86_64, and x32 but for `x32Bit`
  { architecture: 0x40000003, first: 286, last: 288 }, // i386
  { architecture: 0xc00000b7, first: 217, last: 219 }, // aarch64
  { architecture: 0x40000028, first: 309, last: 311 }, // arm
  { architecture: 0xc00000f3, first: 217, last: 219 }, // riscv64
];

/** The next instructions, for calls of one architecture; they leave others as they are. */
function refused({ architecture, first, last }: KeyCalls): Buffer[] {
  return [
    jump(ifEqual, architecture, { yes: 0, no: 6 }),
    load(callNumber),
    instruction(and, ~x32Bit >>> 0),
    jump(ifAtLeast, first, { yes: 0, no: 2 }),
    jump(ifAbove, last, { yes: 1, no: 0 }),
    answer(noSuchCall),
    answer(allow),
  ];
}

/** Places in `struct seccomp_data`. */
const callNumber = 0;
const architecture = 4;

const x32Bit = 0x40000000;

/** `SECCOMP_RET_ALLOW`, and `SECCOMP_RET_ERRNO` with ENOSYS. */
const allow = 0x7fff0000;
const noSuchCall = 0x00050000 | 38;

/** Codes of BPF. */
const loadWord = 0x20;
const and = 0x54;
const ifEqual = 0x15;
const ifAbove = 0x25;
const ifAtLeast = 0x35;
const end = 0x06;

const load = (offset: number) => instruction(loadWord, offset);
const answer = (value: number) => instruction(end, value);

/** `yes` and `no` count the instructions that are passed over. */
function jump(code: number, value: number, { yes, no }: { yes: number; no: number }): Buffer {
  return instruction(code, value, yes, no);
}

function instruction(code: number, value: number, yes = 0, no = 0): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(yes, 2);
  bytes.writeUInt8(no, 3);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
