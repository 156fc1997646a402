import { isSettled, type Times } from "./isSettled.ts";
import type { Listing } from "./listDirectory.ts";

/**
 * Listings of directories that have not changed since. Adding, removing or renaming an entry changes a
 * directory's times, which is also what git's untracked cache relies on.
 */
export type ListingMemory = {
  get(directory: string, stats: DirectoryStats, rules: string): Listing | undefined;
  set(directory: string, listed: { stats: DirectoryStats; rules: string; listing: Listing }): void;
  /** What to remember: everything that was got or set. */
  records(): readonly ListingRecord[];
  /** Whether that differs from what was remembered before. */
  isChanged(): boolean;
};

type DirectoryStats = Times & { readonly ino: number };

/** Path, mtime, ctime, inode, rules; then the names of directories, files, symlinks, special, undecodable. */
export type ListingRecord = readonly [
  string,
  number,
  number,
  number,
  string,
  string[],
  string[],
  string[],
  string[],
  string[],
];

export function listingMemory(remembered: readonly ListingRecord[], started: number): ListingMemory {
  const before = new Map(remembered.map((record) => [record[0], record]));
  const after: ListingRecord[] = [];
  let fresh = 0;
  return {
    get(directory, stats, rules) {
      const record = before.get(directory);
      if (record === undefined || record[4] !== rules) return undefined;
      if (record[1] !== stats.mtimeMs || record[2] !== stats.ctimeMs || record[3] !== stats.ino)
        return undefined;
      after.push(record);
      const [, , , , , directories, files, symlinks, special, undecodable] = record;
      return { directories, files, symlinks, special, undecodable };
    },
    set(directory, { stats, rules, listing }) {
      if (!isSettled(stats, started)) return;
      fresh++;
      const { directories, files, symlinks, special, undecodable } = listing;
      const names = [directories, files, symlinks, special, undecodable] as const;
      after.push([directory, stats.mtimeMs, stats.ctimeMs, stats.ino, rules, ...names]);
    },
    records: () => after,
    isChanged: () => fresh > 0 || after.length !== remembered.length,
  };
}
