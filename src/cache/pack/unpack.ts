import { closeSync, mkdirSync, openSync, symlinkSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import * as v from "valibot";
import { digester } from "../../base/digest.ts";
import { errorCode } from "../../base/narrowing.ts";
import { parsedJson } from "../../base/parsedJson.ts";
import { parentOf } from "../../base/paths.ts";
import { list as listOf } from "../../base/schemas.ts";
import type { TreeContents, TreeFile, TreeItem } from "../../store/store.ts";
import type { Pack } from "../statement/statement.ts";
import type { ListedItem } from "./pack.ts";

const decompress = promisify(zstdDecompress);

/** What was wrong with packs, as the end of a sentence about them. */
type Unfit = { readonly problem: string };

/**
 * Writes the files of packs into a directory that is empty, and says what they are by what was written. Nothing is written
 * outside of it, whatever the packs say, nor more than they were signed for.
 *
 * @param read the bytes of a pack, which are those of its digest
 */
export async function unpackInto(
  directory: string,
  packs: readonly Pack[],
  read: (pack: Pack) => Promise<Uint8Array>,
): Promise<readonly TreeFile[] | Unfit> {
  using writer = writerInto(directory);
  const problem = await readPacks(packs, read, writer);
  return problem === undefined ? writer.files : { problem };
}

/**
 * The same without writing anything: what the packs hold, as it is in memory.
 *
 * @param read the bytes of a pack, which are those of its digest
 */
export async function contentsOf(
  packs: readonly Pack[],
  read: (pack: Pack) => Promise<Uint8Array>,
): Promise<TreeContents | Unfit> {
  const buffers: Uint8Array<ArrayBuffer>[] = [];
  const items: TreeItem[] = [];
  let parts: [buffer: number, from: number, length: number][] = [];
  const problem = await readPacks(packs, read, {
    begin([path, type, value]) {
      if (type === "d") items.push({ path, type: "directory" });
      else if (type === "l") items.push({ path, type: "symlink", target: value });
      else {
        parts = [];
        items.push({ path, type: "file", executable: type === "x", parts });
      }
    },
    bytes(pack, from, length) {
      if (buffers.at(-1) !== pack) buffers.push(pack);
      parts.push([buffers.length - 1, from, length]);
    },
    end() {},
  });
  return problem === undefined ? { items, buffers } : { problem };
}

/** Takes what packs hold, in the order of their list. */
type Sink = {
  /** What comes next. */
  readonly begin: (item: ListedItem) => void;
  /** Bytes of the file that began last: how many, and from where in what a pack unpacked to. */
  readonly bytes: (pack: Buffer<ArrayBuffer>, from: number, length: number) => void;
  /** The file that began last has all its bytes. */
  readonly end: () => void;
};

/** Returns what is wrong with the packs, if something is: as the end of a sentence about them. */
async function readPacks(
  packs: readonly Pack[],
  read: (pack: Pack) => Promise<Uint8Array>,
  sink: Sink,
): Promise<string | undefined> {
  const head: Buffer[] = [];
  /** What is listed and did not begin yet, the next one last. */
  let rest: ListedItem[] | undefined;
  /** How many bytes the file lacks that began last. */
  let left = 0;
  /** Goes on to the next file that has bytes. */
  const advance = (waiting: ListedItem[]): void => {
    while (left === 0) {
      const item = waiting.pop();
      if (!item) return;
      sink.begin(item);
      const [, type, size] = item;
      if (type !== "f" && type !== "x") continue;
      left = size;
      if (left === 0) sink.end();
    }
  };
  for (const pack of packs) {
    const content = await unpacked(pack, await read(pack));
    if ("problem" in content) return content.problem;
    const { bytes } = content;
    let at = 0;
    if (!rest) {
      const end = bytes.indexOf(lineBreak);
      head.push(end === -1 ? bytes : bytes.subarray(0, end));
      if (end === -1) continue;
      const list = listIn(head);
      if (typeof list === "string") return list;
      rest = list.reverse();
      at = end + 1;
      advance(rest);
    }
    while (at < bytes.length) {
      if (left === 0) return "has more in it than it lists";
      const length = Math.min(left, bytes.length - at);
      sink.bytes(bytes, at, length);
      at += length;
      left -= length;
      if (left > 0) continue;
      sink.end();
      advance(rest);
    }
  }
  return rest && left === 0 ? undefined : "ends before what it lists does";
}

/** Writes into a directory. What is open when it is disposed of was not finished. */
function writerInto(directory: string): Sink & Disposable & { readonly files: readonly TreeFile[] } {
  const files: TreeFile[] = [];
  const made = new Set<string>();
  let open: Open | undefined;
  const makeDirectory = (path: string): void => {
    if (path === "" || made.has(path)) return;
    makeDirectory(parentOf(path));
    mkdirSync(`${directory}/${path}`);
    made.add(path);
  };
  return {
    files,
    begin([path, type, value]) {
      makeDirectory(type === "d" ? path : parentOf(path));
      if (type === "d") files.push({ path, type: "directory" });
      else if (type === "l") {
        symlinkSync(value, `${directory}/${path}`);
        files.push({ path, type: "symlink", target: value });
      } else {
        // Never through what is there: see `listProblem`.
        const descriptor = openSync(`${directory}/${path}`, "wx", type === "x" ? 0o755 : 0o644);
        open = { path, executable: type === "x", descriptor, hash: digester() };
      }
    },
    bytes(pack, from, length) {
      if (!open) return;
      const part = pack.subarray(from, from + length);
      for (let done = 0; done < length; ) done += writeSync(open.descriptor, part, done);
      open.hash.update(part);
    },
    end() {
      if (!open) return;
      const { path, executable, descriptor, hash } = open;
      open = undefined;
      closeSync(descriptor);
      files.push({ path, type: "file", digest: hash.finish(), executable });
    },
    [Symbol.dispose]: () => void (open && closeSync(open.descriptor)),
  };
}

type Open = {
  readonly path: string;
  readonly executable: boolean;
  readonly descriptor: number;
  readonly hash: ReturnType<typeof digester>;
};

/** The bytes of a pack, if they are as many as were signed. */
export async function unpacked(
  { unpacked: size }: Pack,
  packed: Uint8Array,
): Promise<{ readonly bytes: Buffer<ArrayBuffer> } | Unfit> {
  try {
    // One buffer for all, with room for one more: zlib would else make it of many.
    const chunkSize = Math.max(size + 1, 1024);
    const bytes = await decompress(packed, { maxOutputLength: Math.max(size, 1), chunkSize });
    return bytes.length === size ? { bytes } : { problem: "unpacks to less than it says" };
  } catch (thrown) {
    const isLarger = errorCode(thrown) === "ERR_BUFFER_TOO_LARGE";
    return { problem: isLarger ? "unpacks to more than it says" : "cannot be unpacked" };
  }
}

const text = v.string();
const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const listed = listOf(
  v.union([
    v.strictTuple([text, v.picklist(["f", "x"]), size]),
    v.strictTuple([text, v.literal("l"), text]),
    v.strictTuple([text, v.literal("d")]),
  ]),
);

const lineBreak = 10;

/** The list that a stream begins with, links last: nothing is written below one, and so nothing through one. Or what is wrong with it. */
function listIn(head: readonly Uint8Array[]): ListedItem[] | string {
  const list = v.safeParse(listed, parsedJson(Buffer.concat(head).toString()));
  if (!list.success) return "has no list of files";
  const problem = listProblem(list.output);
  return problem ?? [...list.output].sort(([, a], [, b]) => Number(a === "l") - Number(b === "l"));
}

/** What is wrong with a list of files, if something is: a path that leads out of the directory, or is there twice. */
function listProblem(list: readonly ListedItem[]): string | undefined {
  const types = new Map<string, ListedItem[1]>();
  for (const [path, type, value] of list) {
    const parts = path.split("/");
    const isPlain = parts.every((part) => part !== "" && part !== "." && part !== "..");
    if (!isPlain || path.includes("\0"))
      return `has the path \`${path.replace(/[^\x20-\x7e]/g, "?").slice(0, 80)}\`, which leads elsewhere`;
    if (types.has(path)) return "has a path twice";
    if (type === "l" && (value === "" || value.includes("\0"))) return "has a link to nowhere";
    types.set(path, type);
  }
  for (const path of types.keys())
    for (let parent = parentOf(path); parent !== ""; parent = parentOf(parent))
      if (types.has(parent) && types.get(parent) !== "d")
        return "has a path that leads through a file or a link";
  return undefined;
}
