import { closeSync, lstatSync, openSync, readlinkSync, readSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import { byCodeUnit, digestAside, digester } from "../../base/digest.ts";
import { parentOf } from "../../base/paths.ts";
import type { TreeFile } from "../../store/store.ts";
import { walk } from "../../tree/walk.ts";
import { largestPack, type Pack } from "../statement/statement.ts";

/**
 * Files travel together: those of a tree are one stream of bytes, a line of JSON that lists them and then their contents one
 * after the other, which is cut into packs that are compressed one by one. So a tree of hundreds of small files is one blob,
 * one of hundreds of megabytes is several that travel at once, and no more than one pack has to be in memory.
 */
export type PackedItem =
  | { readonly path: string; readonly type: "file"; readonly executable: boolean; readonly from: string }
  | { readonly path: string; readonly type: "symlink"; readonly target: string }
  | { readonly path: string; readonly type: "directory" };

/** A line of the list: path, and `f` or `x` with the size, `l` with the target, or `d`. */
export type ListedItem =
  | readonly [string, "f" | "x", number]
  | readonly [string, "l", string]
  | readonly [string, "d"];

/** What lies below a directory, in an order in which equal trees are equal streams. */
export function itemsIn(directory: string): PackedItem[] {
  const filled = new Set<string>();
  const items: PackedItem[] = [];
  for (const { path, type } of walk(directory)) {
    const from = `${directory}/${path}`;
    filled.add(parentOf(path));
    if (type === "file") items.push({ path, type, executable: (lstatSync(from).mode & 0o111) !== 0, from });
    if (type === "symlink") items.push({ path, type, target: readlinkSync(from) });
    if (type === "directory") items.push({ path, type });
  }
  return items
    .filter(({ path, type }) => type !== "directory" || !filled.has(path))
    .sort((a, b) => byCodeUnit(a.path, b.path));
}

const compress = promisify(zstdCompress);

/**
 * `.rmeta` is repeated within `.rlib`, megabytes apart: the window has to reach over a whole pack. The level is the one from
 * which on more time brings little; see `docs/cache.md`.
 */
const parameters = {
  [constants.ZSTD_c_compressionLevel]: 9,
  [constants.ZSTD_c_windowLog]: 24,
  [constants.ZSTD_c_enableLongDistanceMatching]: 1,
  [constants.ZSTD_c_checksumFlag]: 0,
};

/**
 * Makes packs of files. Each is written to `scratch`, by its digest.
 *
 * @param onPacked told each item as it was packed, with the digest of the bytes that were read
 * @throws what the system throws for a file that cannot be read
 */
export async function packItems(
  items: readonly PackedItem[],
  scratch: string,
  onPacked: (file: TreeFile) => void = () => {},
): Promise<Pack[]> {
  return packBytes(streamOf(items, onPacked), scratch);
}

/** Makes packs of bytes, in the same way. */
export async function packBytes(bytes: Iterable<Uint8Array>, scratch: string): Promise<Pack[]> {
  const packs: Pack[] = [];
  let waiting: Uint8Array[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    const compressed = await compress(Buffer.concat(waiting), { params: parameters });
    const digest = await digestAside(new Uint8Array(compressed));
    await writeFile(`${scratch}/${digest}`, compressed);
    packs.push({ digest, size: compressed.length, unpacked: length });
    waiting = [];
    length = 0;
  };
  for (const part of bytes) {
    for (let at = 0; at < part.length; ) {
      const end = Math.min(part.length, at + largestPack - length);
      waiting.push(part.subarray(at, end));
      length += end - at;
      at = end;
      if (length === largestPack) await flush();
    }
  }
  if (length > 0) await flush();
  return packs;
}

function* streamOf(items: readonly PackedItem[], onPacked: (file: TreeFile) => void): Generator<Uint8Array> {
  const sizes = new Map(
    items.flatMap((item) => (item.type === "file" ? [[item, lstatSync(item.from).size] as const] : [])),
  );
  const list = items.map((item): ListedItem => {
    if (item.type === "symlink") return [item.path, "l", item.target];
    if (item.type === "directory") return [item.path, "d"];
    return [item.path, item.executable ? "x" : "f", sizes.get(item) ?? 0];
  });
  yield Buffer.from(`${JSON.stringify(list)}\n`);
  for (const item of items) {
    if (item.type !== "file") {
      onPacked(item);
      continue;
    }
    const { type, path, executable, from } = item;
    const hash = digester();
    for (const part of contentOf(from, sizes.get(item) ?? 0)) {
      hash.update(part);
      yield part;
    }
    onPacked({ type, path, executable, digest: hash.finish() });
  }
}

const atOnce = 1024 * 1024;

/** As many bytes as were announced: a file that has become another one meanwhile has another digest. */
function* contentOf(file: string, size: number): Generator<Uint8Array> {
  const descriptor = openSync(file, "r");
  try {
    for (let left = size; left > 0; ) {
      const part = Buffer.alloc(Math.min(left, atOnce));
      readSync(descriptor, part);
      yield part;
      left -= part.length;
    }
  } finally {
    closeSync(descriptor);
  }
}
