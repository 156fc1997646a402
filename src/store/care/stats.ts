import { lstatSync } from "node:fs";
import { breather } from "../../base/concurrency.ts";
import { byCodeUnit, type Digest } from "../../base/digest.ts";
import { walk } from "../../tree/walk.ts";
import { linkedFiles, type StoredRecord, storedBlobs, storedRecords, storedTrees } from "../contents.ts";
import { openIndex } from "../index.ts";
import { kindNamed } from "../kinds/kinds.ts";
import { hourOf } from "../rows/rows.ts";
import { collectGarbage } from "./garbage.ts";
import { roomsIn, sumOf } from "./room.ts";

/** What a store holds. All sizes are in bytes. */
export type StoreStats = {
  /** By the kind of record that stands for trees (`crate`, `result`, `unit`, …), in the order of the names. */
  readonly kinds: readonly KindStats[];
  readonly trees: number;
  /** Files of all trees, and their size as if none were shared. */
  readonly files: number;
  readonly apparentBytes: number;
  /** Different files of trees but outputs, and what the files of all take. */
  readonly blobs: number;
  readonly bytes: number;
  readonly logs: number;
  readonly logBytes: number;
  readonly indexBytes: number;
  /** What all of it takes on the disk, as `du` counts. */
  readonly room: number;
  /** What a collection of what was not used for so many days would free. */
  readonly unused: readonly { readonly days: number; readonly bytes: number }[];
  /** The largest trees, the largest first, as if their files were in no other. */
  readonly largest: readonly { readonly tree: Digest; readonly kind: string; readonly bytes: number }[];
  /** The longest that a tree was not used, in hours; absent where there is none. */
  readonly oldestHours?: number;
};

/**
 * A tree counts for every kind that stands for it, and its files with their full size for each. One that no kind stands for counts for
 * one that names it, as the base system does for `base-dpkg`; else for `tree`.
 */
type KindStats = {
  readonly kind: string;
  readonly records: number;
  readonly trees: number;
  readonly bytes: number;
};

/** Of one tree, as if its files were in no other. */
type Size = { readonly links: number; readonly bytes: number };

/**
 * Counts what the store at `root` holds; looks at every file, and reads none.
 *
 * @param onProgress called with what was looked at, of how much: trees, and the ages that are tried
 */
export async function storeStats(
  root: string,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<StoreStats> {
  const pause = breather(signal);
  const there = storedTrees(root);
  using index = openIndex(root);
  const sizes = new Map<Digest, Size>();
  const bytes = new Map<bigint, number>();
  const total = there.size + ages.length;
  let done = 0;
  for (const tree of there) {
    onProgress?.(done++, total);
    const { files, links, apparentBytes } = await linkedFiles([`${root}/trees/${tree}`], pause);
    for (const [inode, file] of files) bytes.set(inode, file.bytes);
    sizes.set(tree, { links, bytes: apparentBytes });
  }
  const blobs = storedBlobs(root);
  for (const path of blobs) {
    await pause();
    const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
    if (found) bytes.set(found.ino, Number(found.size));
  }
  const logs = logSizes(root);
  const records = storedRecords(index);
  const unused: { days: number; bytes: number }[] = [];
  for (const days of ages) {
    onProgress?.(done++, total);
    const limits = { keepSeconds: days * 24 * 3600, dryRun: true, ...(signal && { signal }) };
    unused.push({ days, bytes: (await collectGarbage(root, limits)).bytes });
  }
  onProgress?.(total, total);
  const uses = records.filter(({ names }) => names.some((tree) => there.has(tree))).map(({ used }) => used);
  const hour = hourOf(Date.now() / 1000);
  return {
    kinds: kindsOf(records, sizes),
    trees: there.size,
    files: sum([...sizes.values()].map(({ links }) => links)),
    apparentBytes: sum([...sizes.values()].map(({ bytes }) => bytes)),
    blobs: blobs.length,
    bytes: sum([...bytes.values()]),
    logs: logs.length,
    logBytes: sum(logs),
    indexBytes: index.size(),
    room: sumOf(roomsIn(root)),
    unused,
    largest: largestOf(records, sizes),
    ...(uses.length > 0 && { oldestHours: Math.max(0, hour - Math.min(...uses)) }),
  };
}

/** In days. */
const ages = [1, 7, 30] as const;

function largestOf(
  records: readonly StoredRecord[],
  sizes: ReadonlyMap<Digest, Size>,
): StoreStats["largest"] {
  const kinds = new Map([
    ...ofOtherKinds(records, sizes),
    ...records.flatMap(({ kind, standsFor }) => (standsFor ? [[standsFor, kind] as const] : [])),
  ]);
  return [...sizes]
    .map(([tree, { bytes }]) => ({ tree, kind: kinds.get(tree) ?? "tree", bytes }))
    .sort((a, b) => b.bytes - a.bytes || byCodeUnit(a.tree, b.tree))
    .slice(0, 5);
}

function kindsOf(records: readonly StoredRecord[], sizes: ReadonlyMap<Digest, Size>): KindStats[] {
  const ofTrees = records.filter(({ kind, state }) => state === "whole" && kindNamed(kind)?.isOfTrees);
  const others = Map.groupBy(ofOtherKinds(records, sizes), ([, kind]) => kind);
  const groups = Map.groupBy(ofTrees, ({ kind }) => kind);
  const stats = (kind: string, count: number, trees: ReadonlySet<Digest>) => ({
    kind,
    records: count,
    trees: trees.size,
    bytes: sum([...trees].map((tree) => sizes.get(tree)?.bytes ?? 0)),
  });
  return [
    ...[...groups].map(([kind, same]) => {
      const trees = same.flatMap(({ standsFor }) => standsFor ?? []).filter((tree) => sizes.has(tree));
      return stats(kind, same.length, new Set(trees));
    }),
    ...[...others].map(([kind, same]) => {
      const trees = new Set(same.map(([tree]) => tree));
      const own = records.filter(
        (record) => record.kind === kind && record.names.some((tree) => trees.has(tree)),
      );
      return stats(kind, own.length, trees);
    }),
  ].sort((a, b) => byCodeUnit(a.kind, b.kind));
}

/** Trees that no record stands for, with the kind of one that names them. */
function ofOtherKinds(
  records: readonly StoredRecord[],
  sizes: ReadonlyMap<Digest, Size>,
): ReadonlyMap<Digest, string> {
  const standing = new Set(records.flatMap(({ standsFor }) => standsFor ?? []));
  // That a tree was used, or may be made of files, says less than what it was found as.
  const rank = ({ kind }: StoredRecord) => ["tree", "planned-tree"].indexOf(kind) + 1 || 9;
  const named = [...records].sort((a, b) => rank(a) - rank(b) || byCodeUnit(b.kind, a.kind));
  const kinds = new Map(
    [...sizes.keys()].flatMap((tree) => (standing.has(tree) ? [] : [[tree, "tree"] as const])),
  );
  const found = new Map<Digest, string>(kinds);
  for (const { kind, names } of named) for (const tree of names) if (found.has(tree)) found.set(tree, kind);
  return found;
}

function logSizes(root: string): number[] {
  const there = [...walk(`${root}/logs`, { throwIfNoEntry: false })];
  const logs = there.filter(({ path, type }) => type === "file" && path.endsWith(".log"));
  const sizeOf = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  // Beside it may lie what compilers said.
  return logs
    .map(({ path }) => `${root}/logs/${path}`)
    .map((log) => sizeOf(log) + sizeOf(log.replace(/log$/, "messages")));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
