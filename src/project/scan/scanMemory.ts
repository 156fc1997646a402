import { type Digest, digestsIn, isRecord } from "../../base/digest.ts";

/** What earlier scans of one source learned. */
type ScanMemory = {
  readonly files: FileMemory;
  readonly listings: ListingMemory;
  /** What to record, given the paths that exist; undefined where that is no use. */
  record(paths: readonly string[]): ScanRecord | undefined;
};

/** What is kept from one scan of a source to the next. */
export type ScanRecord = {
  readonly files: FileRecords;
  readonly listings: readonly ListingRecord[];
};

/**
 * Opens what an earlier scan recorded. None counts as empty: it costs time, never correctness.
 *
 * @param started when the scan began, in milliseconds since the epoch
 * @param listings those that the scan has used already. Default: what was recorded
 */
export function scanMemory(
  recorded: ScanRecord | undefined,
  started: number,
  listings = listingMemory(recorded?.listings ?? [], started),
): ScanMemory {
  const files = fileMemory(recorded?.files ?? noFiles, started);
  return {
    files,
    listings,
    record(paths) {
      const again = files.changed(paths) + looking * listings.changed();
      if (again <= writing * files.size) return undefined;
      return { files: files.records(paths), listings: listings.records() };
    },
  };
}

/**
 * Of ten thousand files a few are read again in less time than it takes to write what is known of all. In bytes: what a file is
 * recorded in, and how many could be read in the time that it takes to open one.
 */
const [writing, looking] = [150, 4096];

const noFiles: FileRecords = { paths: "", stats: "", digests: "", mentions: {} };

/** Checked by hand, since a source may have tens of thousands of files. */
export function isScanRecord(value: unknown): value is ScanRecord {
  if (!isRecord(value) || !isRecord(value.files)) return false;
  const { paths, stats, digests, mentions } = value.files;
  const columns = [paths, stats, digests];
  return (
    columns.every((column) => typeof column === "string") &&
    isRecord(mentions) &&
    Object.values(mentions).every(isStrings) &&
    Array.isArray(value.listings) &&
    value.listings.every(isListing)
  );
}

export function isListing(value: unknown): value is ListingRecord {
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

/** What was learned by reading a file: its digest and, of Rust source, the paths that it names. */
export type KnownFile = { readonly digest: Digest; readonly mentions: readonly string[] };

/** Files that have not changed since they were read, told by size, times and inode. */
export type FileMemory = {
  /** Of how many files something was remembered before. */
  readonly size: number;
  get(path: string, stats: FileStats): KnownFile | undefined;
  set(path: string, stats: FileStats, known: KnownFile): void;
  /** What to remember of these paths. */
  records(paths: readonly string[]): FileRecords;
  /** How many bytes, and `looking` for each file, were read and will be again, or are remembered of no path any more. */
  changed(paths: readonly string[]): number;
};

type FileStats = Times & { readonly size: number; readonly ino: number };

/**
 * Columns, since thousands of small objects are slow to read. No path holds two slashes, which stand between them. To each belong
 * four numbers of eight bytes, and a digest: both in base 64.
 */
type FileRecords = {
  readonly paths: string;
  readonly stats: string;
  readonly digests: string;
  readonly mentions: Readonly<Record<string, readonly string[]>>;
};

function fileMemory(remembered: FileRecords, started: number): FileMemory {
  const { paths, stats, digests } = columnsOf(remembered);
  const mentions = new Map(Object.entries(remembered.mentions));
  let byPath: ReadonlyMap<string, number> | undefined;
  let next = 0;
  /** Files are mostly asked for in the order in which they were recorded. */
  const rowOf = (path: string): number | undefined => {
    let row: number | undefined = next;
    if (paths[row] !== path) {
      byPath ??= new Map(paths.map((each, place) => [each, place]));
      row = byPath.get(path);
    }
    if (row !== undefined) next = row + 1;
    return row;
  };
  const news = new Map<string, { readonly stats: FileStats; readonly known: KnownFile }>();
  return {
    size: paths.length,
    get(path, current) {
      const row = rowOf(path);
      if (row === undefined) return undefined;
      const at = 4 * row;
      if (stats[at] !== current.size || stats[at + 1] !== current.mtimeMs) return undefined;
      if (stats[at + 2] !== current.ctimeMs || stats[at + 3] !== current.ino) return undefined;
      return { digest: digests.at(row), mentions: mentions.get(path) ?? noMentions };
    },
    set: (path, current, known) => void news.set(path, { stats: current, known }),
    changed(now) {
      next = 0;
      let bytes = 0;
      for (const { stats } of news.values()) if (isSettled(stats, started)) bytes += looking + stats.size;
      const left = now.filter((path) => rowOf(path) !== undefined).length;
      return bytes + looking * (paths.length - left);
    },
    records(now) {
      next = 0;
      const kept: string[] = [];
      const numbers = new Float64Array(4 * now.length);
      const hex: string[] = [];
      const named: Record<string, readonly string[]> = Object.create(null);
      for (const path of now) {
        const fresh = news.get(path);
        const row = fresh ? undefined : rowOf(path);
        if (fresh && !isSettled(fresh.stats, started)) continue;
        const at = 4 * kept.length;
        if (fresh) {
          const { size, mtimeMs, ctimeMs, ino } = fresh.stats;
          numbers.set([size, mtimeMs, ctimeMs, ino], at);
          hex.push(fresh.known.digest);
        } else if (row !== undefined) {
          numbers.set(stats.subarray(4 * row, 4 * row + 4), at);
          hex.push(digests.at(row));
        } else continue;
        kept.push(path);
        const names = fresh ? fresh.known.mentions : (mentions.get(path) ?? noMentions);
        if (names.length > 0) named[path] = names;
      }
      const bytes = Buffer.from(numbers.buffer, 0, 32 * kept.length);
      return {
        paths: kept.join("//"),
        stats: bytes.toString("base64"),
        digests: Buffer.from(hex.join(""), "hex").toString("base64"),
        mentions: named,
      };
    },
  };
}

/** None, where the columns are not of the same files. */
function columnsOf(records: FileRecords) {
  const paths = records.paths === "" ? [] : records.paths.split("//");
  const digests = digestsIn(Buffer.from(records.digests, "base64"));
  // Copied, so that the numbers begin at a multiple of eight.
  const stats = new Uint8Array(Buffer.from(records.stats, "base64")).buffer;
  const isWhole = digests.length === paths.length && stats.byteLength === 32 * paths.length;
  return {
    paths: isWhole ? paths : [],
    digests,
    stats: new Float64Array(isWhole ? stats : new ArrayBuffer(0)),
  };
}

const noMentions: readonly string[] = [];

/** What one directory of a source holds, without what git ignores and what builds wrote. Names, not paths. */
export type Listing = {
  readonly directories: string[];
  readonly files: string[];
  readonly symlinks: string[];
  /** Sockets, pipes and devices: no build can have them. */
  readonly special: string[];
  /** Names that are not UTF-8, with U+FFFD where they are not. */
  readonly undecodable: string[];
};

/**
 * Listings of directories that have not changed since. Adding, removing or renaming an entry changes a
 * directory's times, which is also what git's untracked cache relies on.
 */
export type ListingMemory = {
  get(directory: string, stats: DirectoryStats, rules: string): Listing | undefined;
  set(directory: string, listed: { stats: DirectoryStats; rules: string; listing: Listing }): void;
  /** What to remember: everything that was got or set. */
  records(): readonly ListingRecord[];
  /** How many differ from what was remembered before. */
  changed(): number;
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
    changed: () => fresh + remembered.length - (after.length - fresh),
  };
}

/** The times that tell whether a file changed, in milliseconds since the epoch. */
type Times = { readonly mtimeMs: number; readonly ctimeMs: number };

/**
 * Whether a file had been left alone for 2 s when a scan began (`started`, in milliseconds since the epoch).
 *
 * A file that is written twice within one tick of the file system's clock can have the same times and size
 * for two contents. Only what had settled may be remembered; git calls the others racily clean. Neither may what changed
 * on the second: such is the time of a file system's image (squashfs, erofs), where who makes the image chooses it, and
 * where a file may have another content, and be otherwise the same, in the next one.
 */
export function isSettled({ mtimeMs, ctimeMs }: Times, started: number): boolean {
  return Math.max(mtimeMs, ctimeMs) < started - 2000 && ctimeMs % 1000 !== 0;
}
