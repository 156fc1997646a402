/** What a program or a shared library in the format ELF says that concerns an image. */
export type Elf = {
  /** In the words of Go; undefined for one that is not known here. */
  readonly architecture: string | undefined;
  /** The processor, the order of its bytes and the width of its addresses: libraries of one program have them in common. */
  readonly kind: string;
  /** The dynamic loader that the kernel starts with it: `/lib64/ld-linux-x86-64.so.2`. */
  readonly interpreter?: string;
  /** The libraries that it loads, by name. */
  readonly needed: readonly string[];
  /** Where it has them looked for first. `$ORIGIN` is its own directory. */
  readonly runpath: readonly string[];
};

/** By the number of the processor (`e_machine`, elf(5)). */
const architectures: Readonly<Record<number, string>> = {
  3: "386",
  21: "ppc64le",
  22: "s390x",
  40: "arm",
  62: "amd64",
  183: "arm64",
  243: "riscv64",
};

const [PT_LOAD, PT_DYNAMIC, PT_INTERP] = [1, 2, 3];
const [DT_NEEDED, DT_STRTAB, DT_RPATH, DT_RUNPATH] = [1, 5, 15, 29];

type Segment = {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
};

/**
 * Reads the headers of an ELF file (elf(5)); undefined for anything else, or one that is damaged.
 *
 * @example
 * readElf(readFileSync("/bin/true"))?.interpreter // "/lib64/ld-linux-x86-64.so.2"
 */
export function readElf(bytes: Buffer): Elf | undefined {
  if (bytes.length < 64 || bytes.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  try {
    return elfOf(bytes);
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function elfOf(bytes: Buffer): Elf {
  const wide = bytes[4] === 2;
  const little = bytes[5] === 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const half = (at: number) => view.getUint16(at, little);
  const word = (at: number) => view.getUint32(at, little);
  const long = (at: number) => (wide ? Number(view.getBigUint64(at, little)) : word(at));
  const machine = half(18);
  const start = long(wide ? 32 : 28);
  const size = half(wide ? 54 : 42);
  const segments = Array.from({ length: half(wide ? 56 : 44) }, (_, index): Segment => {
    const at = start + index * size;
    return {
      type: word(at),
      offset: long(at + (wide ? 8 : 4)),
      address: long(at + (wide ? 16 : 8)),
      size: long(at + (wide ? 32 : 16)),
    };
  });
  const textAt = (offset: number) => bytes.toString("utf8", offset, bytes.indexOf(0, offset));
  const interpreter = segments.find(({ type }) => type === PT_INTERP);
  const tags = dynamicTags(segments, { wide, long });
  const table = tags.find(([tag]) => tag === DT_STRTAB)?.[1] ?? 0;
  const mapped = segments.find(
    ({ type, address, size }) => type === PT_LOAD && table >= address && table < address + size,
  );
  const strings = mapped ? mapped.offset + table - mapped.address : 0;
  const named = (...wanted: number[]) =>
    tags.flatMap(([tag, value]) => (wanted.includes(tag) ? [textAt(strings + value)] : []));
  const runpath = named(DT_RUNPATH);
  return {
    architecture: architectures[machine],
    kind: [machine, bytes[4], bytes[5]].join(),
    ...(interpreter && { interpreter: textAt(interpreter.offset) }),
    needed: named(DT_NEEDED),
    // The older of both counts only where the newer is not there (ld.so(8)).
    runpath: (runpath.length > 0 ? runpath : named(DT_RPATH)).flatMap((paths) => paths.split(":")),
  };
}

function dynamicTags(
  segments: readonly Segment[],
  { wide, long }: { readonly wide: boolean; readonly long: (at: number) => number },
): [tag: number, value: number][] {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (!dynamic) return [];
  const width = wide ? 8 : 4;
  const tags: [number, number][] = [];
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 2 * width) {
    const tag = long(at);
    if (tag === 0) break;
    tags.push([tag, long(at + width)]);
  }
  return tags;
}
