/**
 * A program for the kernel's filter of system calls (seccomp(2)), for what no namespace separates. Each call answers as a kernel
 * without the matter does:
 *
 * - those that have to do with keys: keyrings of the user and of the session may hold passwords
 * - those that make sockets, unless of a family that network namespaces have to themselves: of `AF_VSOCK`, say, ports are shared with the
 *   host's processes, and the hypervisor listens there
 * - `io_uring_setup`, since sockets can be made by it without a call
 * - `syslog`, which lets everybody read what the kernel has said of the machine, where `kernel.dmesg_restrict` is 0
 *
 * A program for 32-bit x86 can make sockets by `socketcall(2)` as well, whose arguments lie in memory, where a filter cannot read.
 */
export function filterOfCalls(): Buffer {
  return Buffer.concat([load(architecture), ...calls.flatMap(refused), answer(allow)]);
}

/** The numbers of calls; `add_key`, `request_key` and `keyctl` have theirs in a row. */
type Calls = {
  readonly architecture: number;
  readonly keys: readonly [first: number, last: number];
  readonly sockets: readonly [socket: number, socketpair: number];
  readonly syslog: number;
};

/** By `AUDIT_ARCH_…`; what a 64-bit system runs for 32 bits, too. */
const calls: readonly Calls[] = [
  { architecture: 0xc000003e, keys: [248, 250], sockets: [41, 53], syslog: 103 }, // x86_64, and x32 but for `x32Bit`
  { architecture: 0x40000003, keys: [286, 288], sockets: [359, 360], syslog: 103 }, // i386
  { architecture: 0xc00000b7, keys: [217, 219], sockets: [198, 199], syslog: 116 }, // aarch64
  { architecture: 0x40000028, keys: [309, 311], sockets: [281, 288], syslog: 103 }, // arm
  { architecture: 0xc00000f3, keys: [217, 219], sockets: [198, 199], syslog: 116 }, // riscv64
];

/** Of all architectures. */
const ioUringSetup = 425;

/** `AF_UNIX`, `AF_INET`, `AF_INET6`, `AF_NETLINK`. */
const families = [1, 2, 10, 16];

/** The next instructions, for calls of one architecture; they leave others as they are. */
function refused({ architecture, keys, sockets: [socket, socketpair], syslog }: Calls): Buffer[] {
  const [first, last] = keys;
  const others = families.length;
  const body = [
    load(callNumber),
    instruction(and, ~x32Bit >>> 0),
    jump(ifAtLeast, first, { yes: 0, no: 1 }),
    jump(ifAbove, last, { yes: 0, no: others + 6 }),
    jump(ifEqual, ioUringSetup, { yes: others + 5, no: 0 }),
    jump(ifEqual, syslog, { yes: others + 4, no: 0 }),
    jump(ifEqual, socket, { yes: 1, no: 0 }),
    jump(ifEqual, socketpair, { yes: 0, no: others + 3 }),
    load(firstArgument),
    ...families.map((each, at) => jump(ifEqual, each, { yes: others - at + 1, no: 0 })),
    answer(noSuchFamily),
    answer(noSuchCall),
    answer(allow),
  ];
  return [jump(ifEqual, architecture, { yes: 0, no: body.length }), ...body];
}

/** Places in `struct seccomp_data`. */
const callNumber = 0;
const architecture = 4;
/** Its lower half; of a family, the kernel takes no more. */
const firstArgument = 16;

const x32Bit = 0x40000000;

/** `SECCOMP_RET_ALLOW`, and `SECCOMP_RET_ERRNO` with ENOSYS and EAFNOSUPPORT. */
const allow = 0x7fff0000;
const noSuchCall = 0x00050000 | 38;
const noSuchFamily = 0x00050000 | 97;

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
