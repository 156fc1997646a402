import { byCodeUnit } from "../base/canonical.ts";
import type { Digest } from "../base/digest.ts";
import type { StoreRecord } from "./storeRecord.ts";

/** What is kept whatever its age, and what beyond that. Days count from the epoch. */
export type Retention = {
  /** What was used on this day or later may be in use now. */
  readonly inUseSince: number;
  /** What was used before this day goes; absent: age does not matter. */
  readonly keepSince?: number;
  /** How much the trees may take together; absent: size does not matter. */
  readonly maxBytes?: number;
  /** Trees that links outside the store point to. */
  readonly rooted: ReadonlySet<Digest>;
  /** How much room a tree needs beside those that were asked for before it. */
  readonly bytesOf: (tree: Digest) => number;
};

/**
 * The records that garbage collection keeps. With a limit of size the most recently used come first, and after the
 * first that does not fit there is no other one, however small: what is kept is then no patchwork.
 */
export function chooseRecords(records: readonly StoreRecord[], retention: Retention): Set<StoreRecord> {
  const { inUseSince, keepSince = 0, maxBytes = Number.POSITIVE_INFINITY, rooted, bytesOf } = retention;
  const isHeld = ({ used, names }: StoreRecord) =>
    used >= inUseSince || names.some((tree) => rooted.has(tree));
  const kept = new Set(records.filter(isHeld));
  const trees = new Set<Digest>(rooted);
  let bytes = 0;
  if (Number.isFinite(maxBytes)) for (const tree of rooted) bytes += bytesOf(tree);
  const add = (names: readonly Digest[]): boolean => {
    if (!Number.isFinite(maxBytes)) return true;
    for (const tree of names) {
      if (!trees.has(tree)) bytes += bytesOf(tree);
      trees.add(tree);
    }
    return bytes <= maxBytes;
  };
  for (const record of kept) add(record.names);
  const rest = records.filter((record) => !kept.has(record) && record.used >= keepSince).sort(lastUsedFirst);
  let fits = true;
  for (const record of rest) {
    if (record.names.length > 0) fits &&= add(record.names);
    if (fits || record.names.length === 0) kept.add(record);
  }
  return kept;
}

function lastUsedFirst(a: StoreRecord, b: StoreRecord): number {
  return b.used - a.used || byCodeUnit(a.kind, b.kind) || byCodeUnit(a.key, b.key);
}
