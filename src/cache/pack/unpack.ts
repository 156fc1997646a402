import { closeSync, mkdirSync, openSync, symlinkSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import * as v from "valibot";
import { digester } from "../../base/digest.ts";
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
  const writer = treeWriter(directory);
  try {
    for (const pack of packs) {
      const bytes = await unpacked(pack, await read(pack));
      const problem = "problem" in bytes ? bytes.problem : writer.write(bytes.bytes);
      if (problem !== undefined) return { problem };
    }
    return writer.finish();
  } finally {
    writer.close();
  }
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
  let head: Buffer[] | undefined = [];
  let list: readonly ListedItem[] = [];
  let [first, at] = [0, 0];
  for (const pack of packs) {
    const unfit = await unpacked(pack, await read(pack));
    if ("problem" in unfit) return unfit;
    const { bytes } = unfit;
    buffers.push(bytes);
    const end = head ? bytes.indexOf(lineBreak) : -1;
    head?.push(end === -1 ? bytes : bytes.subarray(0, end));
    if (!head || end === -1) continue;
    const listed = listIn(head);
    if (typeof listed === "string") return { problem: listed };
    list = listed;
    head = undefined;
    [first, at] = [buffers.length - 1, end + 1];
  }
  if (head) return { problem: "ends before what it lists does" };
  /** Takes so many bytes from where the last ones ended; undefined where there are not as many. */
  const take = (size: number): Parts | undefined => {
    const parts: [number, number, number][] = [];
    for (let left = size; left > 0; ) {
      const length = Math.min(left, (buffers[first]?.length ?? 0) - at);
      if (first >= buffers.length) return undefined;
      if (length > 0) parts.push([first, at, length]);
      left -= length;
      at += length;
      if (left > 0) [first, at] = [first + 1, 0];
    }
    return parts;
  };
  const items: TreeItem[] = [];
  for (const [path, type, value] of list) {
    if (type === "d") items.push({ path, type: "directory" });
    else if (type === "l") items.push({ path, type: "symlink", target: value });
    else {
      const parts = take(value);
      if (!parts) return { problem: "ends before what it lists does" };
      items.push({ path, type: "file", executable: type === "x", parts });
    }
  }
  return take(1) ? { problem: "has more in it than it lists" } : { items, buffers };
}

type Parts = Extract<TreeItem, { type: "file" }>["parts"];

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
    const isLarger = thrown instanceof Error && "code" in thrown && thrown.code === "ERR_BUFFER_TOO_LARGE";
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

type Open = {
  readonly item: ListedItem;
  readonly descriptor: number;
  left: number;
  hash: ReturnType<typeof digester>;
};

/** Takes the stream of a tree in parts. */
function treeWriter(directory: string) {
  const files: TreeFile[] = [];
  const made = new Set<string>();
  let head: Buffer[] | undefined = [];
  let rest: ListedItem[] = [];
  let open: Open | undefined;
  const makeDirectory = (path: string): void => {
    if (path === "" || made.has(path)) return;
    makeDirectory(parentOf(path));
    mkdirSync(`${directory}/${path}`);
    made.add(path);
  };
  /** Goes on to the next file that has bytes. */
  const advance = (): void => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) {
      const [path, type, value] = item;
      makeDirectory(type === "d" ? path : parentOf(path));
      if (type === "d") files.push({ path, type: "directory" });
      else if (type === "l") {
        symlinkSync(value, `${directory}/${path}`);
        files.push({ path, type: "symlink", target: value });
      } else {
        // Never through what is there: see `listProblem`.
        const descriptor = openSync(`${directory}/${path}`, "wx", type === "x" ? 0o755 : 0o644);
        open = { item, descriptor, left: value, hash: digester() };
        if (value > 0) return;
        settle(open);
      }
    }
  };
  const settle = ({ item: [path, type], descriptor, hash }: Open): void => {
    closeSync(descriptor);
    open = undefined;
    files.push({ path, type: "file", digest: hash.finish(), executable: type === "x" });
  };
  /** The part of the bytes after the list; a problem with the list. */
  const readHead = (bytes: Buffer, before: Buffer[]): Buffer | string => {
    const end = bytes.indexOf(lineBreak);
    before.push(end === -1 ? bytes : bytes.subarray(0, end));
    if (end === -1) return bytes.subarray(bytes.length);
    head = undefined;
    const list = listIn(before);
    if (typeof list === "string") return list;
    rest = list;
    advance();
    return bytes.subarray(end + 1);
  };
  return {
    /** Returns what is wrong, if something is. */
    write(bytes: Buffer): string | undefined {
      const content = head ? readHead(bytes, head) : bytes;
      if (typeof content === "string") return content;
      for (let at = 0; at < content.length; ) {
        if (!open) return "has more in it than it lists";
        const part = content.subarray(at, at + open.left);
        for (let written = 0; written < part.length; ) written += writeSync(open.descriptor, part, written);
        open.hash.update(part);
        open.left -= part.length;
        at += part.length;
        if (open.left > 0) continue;
        settle(open);
        advance();
      }
      return undefined;
    },
    finish: (): readonly TreeFile[] | Unfit =>
      head || open ? { problem: "ends before what it lists does" } : files,
    close: () => void (open && closeSync(open.descriptor)),
  };
}

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
