import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { asDigest, type Digest, isRecord } from "../../base/digest.ts";
import type { Filter } from "../../derivation/model.ts";
import { isListing, isSettled, type ListingRecord } from "./scanMemory.ts";
import type { Walk } from "./walkSource.ts";

/**
 * What is remembered of a whole source, so that one in which nothing changed is recognised without what is known of each
 * file: the paths in it, and the size, times, inode and mode of each file that was looked at, as one digest.
 *
 * Which files a filter keeps depends on their paths, and with `automatic` on the contents of files that it keeps. Where all
 * of these are as they were, it keeps the same. A user's function may answer otherwise each time: sources with one are not
 * remembered.
 */
export type Unchanged = {
  readonly listings: readonly ListingRecord[];
  /** See `seenIn`. */
  readonly seen: Digest;
  /** The files that were not looked at, by their places in `Walk.paths`. */
  readonly left: readonly number[];
  /** The tree that the source is. */
  readonly source: Digest;
};

/** Checked by hand, as `isScanRecord`. */
export function isUnchanged(value: unknown): value is Unchanged {
  if (!isRecord(value) || !Array.isArray(value.listings) || !Array.isArray(value.left)) return false;
  const digests = [value.seen, value.source];
  return (
    digests.every((each) => typeof each === "string" && asDigest(each) !== undefined) &&
    value.left.every((each) => typeof each === "number") &&
    value.listings.every(isListing)
  );
}

/** Whether what a filter keeps is known by the paths and contents of files alone. */
export function isRemembered(filter: Filter): boolean {
  switch (filter.kind) {
    case "where":
      return false;
    case "union":
    case "intersection":
      return filter.of.every(isRemembered);
    case "difference":
      return isRemembered(filter.of) && isRemembered(filter.without);
    default:
      return true;
  }
}

/**
 * The digest of all that is seen of a source without opening its files; undefined where one of them vanished.
 *
 * @param statsOf of a file by its place in `walk.paths`
 * @param left the places of those that are not looked at
 */
export function seenIn(
  walk: Walk,
  statsOf: (place: number) => Stats | undefined,
  left: readonly number[],
): Digest | undefined {
  const skipped = new Set(left);
  const numbers = new Float64Array(5 * (walk.paths.length - skipped.size));
  let at = 0;
  for (let place = 0; place < walk.paths.length; place++) {
    if (skipped.has(place)) continue;
    const stats = statsOf(place);
    if (!stats) return undefined;
    numbers[at++] = stats.size;
    numbers[at++] = stats.mtimeMs;
    numbers[at++] = stats.ctimeMs;
    numbers[at++] = stats.ino;
    numbers[at++] = stats.mode;
  }
  const lists = [walk.paths, [...walk.symlinks].sort(), [...walk.directories].sort(), left];
  const hash = createHash("sha256").update(lists.map((list) => list.join("\0")).join("\0\0"));
  return asDigest(hash.update(numbers).digest("hex"));
}

/** Whether a file may be remembered by what is seen of it: see `isSettled`. */
export function isRest(stats: Stats | undefined, started: number): boolean {
  return stats !== undefined && !stats.isDirectory() && isSettled(stats, started);
}
