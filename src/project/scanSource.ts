import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../base/diagnostic.ts";
import { err, type Result } from "../base/result.ts";
import type { Filter } from "../derivation/source.ts";
import { filterPredicate } from "./filterPredicate.ts";
import { mentionedPaths } from "./mentionedPaths.ts";
import { readFiles } from "./readFiles.ts";
import { scanMemory } from "./scanMemory.ts";
import type { ScannedFile } from "./scannedFile.ts";
import { usesMentions } from "./usesMentions.ts";
import { walkSource } from "./walkSource.ts";

/** Where a scan keeps what it learned, one text for each source and filter, and whom it tells. */
export type ScanCache = {
  load(): string | undefined;
  save(text: string): void;
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
  const root = resolve(directory);
  const missing = missingSource(root);
  if (missing) return err(missing);
  const started = (cache.now ?? Date.now)();
  const memory = scanMemory(cache.load(), started);

  let failure: Diagnostic | undefined;
  let isMentioned = (_path: string): boolean => false;
  const keeps = filterPredicate(filter, {
    isMentioned: (path) => isMentioned(path),
    failed: (path, thrown) => {
      failure ??= filterThrew(path, thrown);
    },
  });
  const walked = walkSource(root, keeps, memory.listings);
  if (!walked.ok) return walked;
  const walk = walked.value;
  walk.paths.sort();

  const mentioned = usesMentions(filter) ? mentionedPaths(walk) : undefined;
  if (mentioned) isMentioned = mentioned.has;
  const files = readFiles(walk, { root, keeps, memory: memory.files, mentioned });
  if (!files.ok) return files;
  const undecodable = walk.undecodable.find((path) => keeps(path, "file"));
  if (undecodable !== undefined) failure ??= notUtf8(undecodable);
  for (const path of walk.special) {
    if (keeps(path, "file"))
      cache.note?.(`\`${path}\` is neither a file nor a directory nor a link, and is left out`);
  }
  if (failure) return err(failure);
  const text = memory.text(walk.paths);
  if (text !== undefined) cache.save(text);
  return files;
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
