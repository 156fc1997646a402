import { isRecord } from "../base/isRecord.ts";
import { type FileMemory, type FileRecords, fileMemory } from "./fileMemory.ts";
import { type ListingMemory, type ListingRecord, listingMemory } from "./listingMemory.ts";

/** What earlier scans of one source learned. */
export type ScanMemory = {
  readonly files: FileMemory;
  readonly listings: ListingMemory;
  /** What to save, given the paths that exist; undefined if that is what was loaded. */
  text(paths: readonly string[]): string | undefined;
};

/**
 * Opens what an earlier scan saved. A text that is absent, damaged or of another version counts as empty: it
 * costs time, never correctness.
 *
 * @param started when the scan began, in milliseconds since the epoch
 */
export function scanMemory(text: string | undefined, started: number): ScanMemory {
  const saved = decode(text) ?? { version, files: none, listings: [] };
  const files = fileMemory(saved.files, started);
  const listings = listingMemory(saved.listings, started);
  return {
    files,
    listings,
    text(paths) {
      if (!files.isChanged(paths) && !listings.isChanged()) return undefined;
      const next: Saved = { version, files: files.records(paths), listings: listings.records() };
      return JSON.stringify(next);
    },
  };
}

const version = 2;
const none: FileRecords = { paths: [], stats: [], digests: "", mentions: {} };

type Saved = {
  readonly version: number;
  readonly files: FileRecords;
  readonly listings: readonly ListingRecord[];
};

function decode(text: string | undefined): Saved | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isSaved(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSaved(value: unknown): value is Saved {
  if (!isRecord(value) || value.version !== version || !isRecord(value.files)) return false;
  const { paths, stats, digests, mentions } = value.files;
  if (!isStrings(paths) || !isNumbers(stats) || typeof digests !== "string" || !isRecord(mentions))
    return false;
  if (stats.length !== 4 * paths.length || digests.length !== 64 * paths.length) return false;
  return (
    Object.values(mentions).every(isStrings) &&
    Array.isArray(value.listings) &&
    value.listings.every(isListing)
  );
}

function isListing(value: unknown): value is ListingRecord {
  if (!Array.isArray(value) || value.length !== 10) return false;
  return (
    typeof value[0] === "string" &&
    isNumbers(value.slice(1, 4)) &&
    typeof value[4] === "string" &&
    value.slice(5).every(isStrings)
  );
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((element) => typeof element === "number");
}
