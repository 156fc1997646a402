import { asDigests, type Digest } from "../base/digest.ts";
import { isSettled, type Times } from "./isSettled.ts";

/** What was learned by reading a file: its digest and, of Rust source, the paths that it names. */
export type KnownFile = { readonly digest: Digest; readonly mentions: readonly string[] };

/** Files that have not changed since they were read, told by size, times and inode. */
export type FileMemory = {
  get(path: string, stats: FileStats): KnownFile | undefined;
  set(path: string, stats: FileStats, known: KnownFile): void;
  /** What to remember of these paths. */
  records(paths: readonly string[]): FileRecords;
  /** Whether that differs from what was remembered before. */
  isChanged(paths: readonly string[]): boolean;
};

type FileStats = Times & { readonly size: number; readonly ino: number };

/** Columns, since thousands of small objects are slow to read: four numbers and 64 digits belong to each path. */
export type FileRecords = {
  readonly paths: readonly string[];
  readonly stats: readonly number[];
  readonly digests: string;
  readonly mentions: Readonly<Record<string, readonly string[]>>;
};

export function fileMemory(remembered: FileRecords, started: number): FileMemory {
  const { stats } = remembered;
  const digests = asDigests(remembered.digests) ?? [];
  const mentions = new Map(Object.entries(remembered.mentions));
  const rows = new Map<string, number>();
  if (digests.length === remembered.paths.length)
    remembered.paths.forEach((path, row) => void rows.set(path, row));
  const news = new Map<string, { readonly stats: FileStats; readonly known: KnownFile }>();
  return {
    get(path, found) {
      const row = rows.get(path);
      if (row === undefined) return undefined;
      const at = 4 * row;
      if (stats[at] !== found.size || stats[at + 1] !== found.mtimeMs) return undefined;
      if (stats[at + 2] !== found.ctimeMs || stats[at + 3] !== found.ino) return undefined;
      const digest = digests[row];
      return digest && { digest, mentions: mentions.get(path) ?? none };
    },
    set: (path, found, known) => void news.set(path, { stats: found, known }),
    isChanged: (paths) => news.size > 0 || paths.filter((path) => rows.has(path)).length !== rows.size,
    records(paths) {
      const kept: string[] = [];
      const numbers: number[] = [];
      const hex: string[] = [];
      const named: Record<string, readonly string[]> = Object.create(null);
      for (const path of paths) {
        const fresh = news.get(path);
        const row = rows.get(path);
        if (fresh) {
          if (!isSettled(fresh.stats, started)) continue;
          numbers.push(fresh.stats.size, fresh.stats.mtimeMs, fresh.stats.ctimeMs, fresh.stats.ino);
          hex.push(fresh.known.digest);
        } else if (row !== undefined) {
          numbers.push(...stats.slice(4 * row, 4 * row + 4));
          hex.push(digests[row] ?? "");
        } else continue;
        kept.push(path);
        const names = fresh ? fresh.known.mentions : (mentions.get(path) ?? none);
        if (names.length > 0) named[path] = names;
      }
      return { paths: kept, stats: numbers, digests: hex.join(""), mentions: named };
    },
  };
}

const none: readonly string[] = [];
