// project/scan: the files of a source that pass its filter, with what was learned of them by earlier scans.

import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Filter } from "../../derivation/model.ts";
import { changedMeanwhile, digestOpen, entryAt, isImage, unreadable } from "../../tree/files.ts";
import { noRules } from "../gitRules.ts";
import { filterPredicate, type Keeps, usesMentions } from "./filterPredicate.ts";
import { type MentionedPaths, mentionedPaths, mentionsIn } from "./mentions.ts";
import { type FileMemory, type KnownFile, listingMemory, type ScanRecord, scanMemory } from "./scanMemory.ts";
import {
  isKind,
  isRemembered,
  isRest,
  isSameLook,
  type Look,
  type Looks,
  looksAt,
  seenIn,
  type Unchanged,
} from "./unchanged.ts";
import { type VendorDirectories, withoutVendored } from "./vendoredPackages.ts";
import { type Walk, walkSource } from "./walkSource.ts";

/** Where a scan keeps what it learned, a record for each source and filter, what it leaves out, and whom it tells. */
export type ScanCache = {
  load(): ScanRecord | undefined;
  save(record: ScanRecord): void;
  /** What is remembered of the source as a whole. Default: nothing. */
  readonly whole?: { load(): Unchanged | undefined; save(unchanged: Unchanged): void };
  /** Where vendored crates lie, which are no part of the source. Default: nowhere. */
  readonly vendored?: VendorDirectories;
  /** It was published, so that git has no say in what belongs to it. Default: git has. */
  readonly isPublished?: boolean;
  /** Told of what was left out though the filter wants it. Default: nobody. */
  readonly note?: (text: string) => void;
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: () => number;
};

/**
 * Reads a source tree: the files that the filter keeps and git does not ignore, in the order of their paths'
 * code units, whatever the order on disk. Directories are there because files are in them; empty ones are
 * not.
 *
 * Files that did not change since the last scan (by size, times and inode) are not read again.
 *
 * Errors: `source-missing`, `source-unreadable`, `name-not-utf8`, `filter-threw`.
 *
 * @param directory absolute, or relative to the current directory
 * @example
 * const files = scanSource("/home/me/app", { kind: "cargo" }, { load: () => undefined, save: () => {} });
 */
export function scanSource(directory: string, filter: Filter, cache: ScanCache): Result<ScannedFile[]> {
  const scanned = scan(directory, filter, cache);
  return scanned.ok ? scanned.value.files() : scanned;
}

/** A source that was looked at. */
export type Scan = {
  /** The tree that it is, where nothing changed since that was remembered. */
  readonly source?: Digest;
  /** Its files, found out at the first call. */
  files(): Result<ScannedFile[]>;
  /** After `files`: remembers which tree they are. */
  remember(source: Digest): void;
};

/**
 * As `scanSource`. What is known of each file is not looked up where all is as it was.
 *
 * Errors: `source-missing`, `source-unreadable`; those of `scanSource` come with the files.
 */
export function scan(directory: string, filter: Filter, cache: ScanCache): Result<Scan> {
  const root = resolve(directory);
  const missing = missingSource(root);
  if (missing) return err(missing);
  const started = (cache.now ?? Date.now)();
  const hasTimes = !isImage(root);
  const whole = hasTimes && isRemembered(filter) ? cache.whole : undefined;
  const known = whole?.load();
  const remembered = known || !hasTimes ? undefined : cache.load();
  const listings = listingMemory(known?.listings ?? remembered?.listings ?? [], started);

  let failure: Diagnostic | undefined;
  let isMentioned = (_path: string): boolean => false;
  const keeps = filterPredicate(filter, {
    isMentioned: (path) => isMentioned(path),
    failed: (path, thrown) => {
      failure ??= filterThrew(path, thrown);
    },
  });
  const walked = walkSource(root, keeps, listings, cache.isPublished ? noRules : undefined);
  if (!walked.ok) return walked;
  const { vendored } = cache;
  const walk = vendored ? withoutVendored(walked.value, root, { ...vendored, filter }) : walked.value;
  walk.paths.sort();

  const looks = looksAt(root, walk.paths);
  const isPlain = walk.special.length === 0 && walk.undecodable.length === 0;
  const isSame = known && isPlain && seenAt(walk, looks, known.left) === known.seen;

  let isMixed = false;
  const read = (): Result<ScannedFile[]> => {
    const memory = scanMemory(known && hasTimes ? cache.load() : remembered, started, listings);
    const mentioned = usesMentions(filter) ? mentionedPaths(walk) : undefined;
    if (mentioned) isMentioned = mentioned.has;
    const onOther = () => {
      isMixed = true;
    };
    const files = readFiles(walk, { root, keeps, memory: memory.files, mentioned, looks, onOther });
    if (!files.ok) return files;
    const undecodable = walk.undecodable.find((path) => keeps(path, "file"));
    if (undecodable !== undefined) failure ??= notUtf8(undecodable);
    for (const path of walk.special) {
      if (keeps(path, "file"))
        cache.note?.(`\`${path}\` is neither a file nor a directory nor a link, and is left out`);
    }
    if (failure) return err(failure);
    const record = memory.record(walk.paths);
    if (record) cache.save(record);
    return files;
  };
  let files: Result<ScannedFile[]> | undefined;
  return ok({
    ...(isSame && { source: known.source }),
    files() {
      files ??= read();
      return files;
    },
    remember(source) {
      if (!whole || !isPlain || isMixed || !files?.ok) return;
      const left: number[] = [];
      for (let place = 0; place < walk.paths.length; place++) {
        if (!looks.wasAsked(place)) left.push(place);
        else if (!isRest(looks.of(place), started)) return;
      }
      const seen = seenIn(walk, looks, left);
      if (seen) whole.save({ listings: listings.records(), seen, left, source });
    },
  });
}

/** Undefined also where a file cannot be looked at: reading it will say why. */
function seenAt(...[walk, looks, left]: Parameters<typeof seenIn>): Digest | undefined {
  try {
    return seenIn(walk, looks, left);
  } catch {
    return undefined;
  }
}

function missingSource(root: string): Diagnostic | undefined {
  const stats = statSync(root, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return undefined;
  const wrong = stats ? "is not a directory" : "does not exist";
  return diagnostic("source-missing", `the source \`${root}\` ${wrong}`, { status: 2 });
}

function notUtf8(path: string): Diagnostic {
  return diagnostic("name-not-utf8", `the name of \`${path}\` is not UTF-8`, {
    notes: ["the bytes that are not are shown as \ufffd; a build must see the same names on every machine"],
    help: ["rename it, or let `.gitignore` or the filter leave it out"],
  });
}

function filterThrew(path: string, thrown: unknown): Diagnostic {
  return diagnostic("filter-threw", `the filter of the source failed on \`${path}\``, {
    causes: [thrown instanceof Error ? thrown.message : String(thrown)],
    status: 2,
  });
}

/** A file of a source as it was when it was scanned. `path` is relative to the source's root, with `/`. */
export type ScannedFile =
  | {
      readonly type: "file";
      readonly path: string;
      /** Bytes. */
      readonly size: number;
      readonly executable: boolean;
      readonly digest: Digest;
    }
  | { readonly type: "symlink"; readonly path: string; readonly target: string };

type Reading = {
  readonly root: string;
  readonly keeps: Keeps;
  readonly memory: FileMemory;
  /** Given where the filter depends on the names that the files hold: then they are followed to the end. */
  readonly mentioned: MentionedPaths | undefined;
  readonly looks: Looks;
  /** Told where a file was read that is not the one which was looked at. */
  readonly onOther: () => void;
};

/**
 * The files of a walk that the filter keeps, each read at most once, in the walk's order. Files that vanished
 * since the walk are left out.
 */
function readFiles(
  { paths, symlinks }: Walk,
  { root, keeps, memory, mentioned, looks, onOther }: Reading,
): Result<ScannedFile[]> {
  const wants = (path: string): boolean => keeps(path, symlinks.has(path) ? "symlink" : "file");
  const contents: (ReadFile | undefined)[] = [];
  let rounds = 0;
  for (let isGrowing = true; isGrowing; rounds++) {
    isGrowing = false;
    let index = -1;
    for (const path of paths) {
      index++;
      if (rounds === 0) contents.push(undefined);
      if (contents[index] !== undefined || !wants(path)) continue;
      try {
        const file = readFile(`${root}/${path}`, { path, look: looks.of(index) }, memory);
        contents[index] = file;
        if (file.isOther) onOther();
        if (!mentioned || file.mentions.length === 0) continue;
        for (const name of file.mentions) isGrowing = mentioned.add(path, name) || isGrowing;
      } catch (thrown) {
        const now = entryAt(`${root}/${path}`);
        if (!now) contents[index] = vanished;
        else if (symlinks.has(path) ? !now.isSymbolicLink() : !now.isFile())
          return err(changedMeanwhile(path));
        else return err(unreadable(path, thrown));
      }
    }
  }
  const files: ScannedFile[] = [];
  contents.forEach((file, index) => {
    if (file?.scanned && (rounds === 1 || wants(paths[index] ?? ""))) files.push(file.scanned);
  });
  return ok(files);
}

type ReadFile = {
  /** Undefined for a file that vanished. */
  readonly scanned: ScannedFile | undefined;
  /** The paths that Rust source names; of a symlink, its target. */
  readonly mentions: readonly string[];
  /** It is not the one that was looked at. */
  readonly isOther?: boolean;
};

const vanished: ReadFile = { scanned: undefined, mentions: [] };

/**
 * Reads one file of a source, or remembers it. Meanwhile another one may have come into its place, or into that of a directory above
 * it, and may leave again: what is remembered of a file is what was read of just that file.
 *
 * @throws what the system throws for a file that cannot be read
 */
function readFile(
  absolute: string,
  { path, look }: { readonly path: string; readonly look: Look | undefined },
  memory: FileMemory,
): ReadFile {
  if (look === undefined || isKind(look, constants.S_IFDIR)) return vanished;
  if (isKind(look, constants.S_IFLNK)) {
    const target = readlinkSync(absolute);
    const now = entryAt(absolute);
    const isOther = now === undefined || !isSameLook(now, look);
    return { scanned: { type: "symlink", path, target }, mentions: [target], isOther };
  }
  const known = memory.get(path, look);
  const { seen, ...file } = known ? { ...known, seen: look } : read(absolute, path);
  const isOther = !isSameLook(seen, look);
  if (!known && !isOther) memory.set(path, look, file);
  const executable = (seen.mode & 0o100) !== 0;
  return {
    scanned: { type: "file", path, size: seen.size, executable, digest: file.digest },
    mentions: file.mentions,
    isOther,
  };
}

/** What lies there now, with what the system says of it. */
function read(absolute: string, path: string): KnownFile & { readonly seen: Look } {
  // A pipe would have it wait for whoever writes into that.
  const descriptor = openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const seen = fstatSync(descriptor);
    if (!seen.isFile()) throw new Error(`${absolute} became something else`);
    if (!path.endsWith(".rs")) return { digest: digestOpen(descriptor, seen.size), mentions: [], seen };
    const bytes = readFileSync(descriptor);
    return { digest: digestOf(bytes), mentions: mentionsIn(path, bytes.toString()), seen };
  } finally {
    closeSync(descriptor);
  }
}
