import { readFileSync, statSync } from "node:fs";
import { digestOf, short } from "../base/digest.ts";
import { textOf } from "../tree/files.ts";

/** The files that git tracks, whatever `.gitignore` says of them. Paths are relative to the repository. */
export type TrackedFiles = {
  /** Equal lists have equal names. */
  readonly id: string;
  /** Whether it is tracked or, of a directory, which ends with `/`, whether something in it is. */
  has(path: string): boolean;
};

const none: TrackedFiles = { id: "", has: () => false };

/** One a repository, as its index was when it was read. */
const read = new Map<string, { readonly stamp: string; readonly tracked: TrackedFiles }>();

/**
 * Reads a repository's index. None is tracked where there is no index, or one that is not understood.
 *
 * @param directory of the repository, or of the worktree in it: what `index` lies in
 * @param common the repository's, which has `config`
 */
export function trackedFiles(directory: string, common: string): TrackedFiles {
  const file = `${directory}/index`;
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
  if (!stats?.isFile()) return none;
  const stamp = `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
  const known = read.get(file);
  if (known?.stamp === stamp) return known.tracked;
  const isSha256 = /^\s*objectformat\s*=\s*sha256\s*$/im.test(textOf(`${common}/config`) ?? "");
  const tracked = listOf(pathsInIndex(readFileSync(file), isSha256 ? 32 : 20));
  read.set(file, { stamp, tracked });
  return tracked;
}

function listOf(paths: readonly string[]): TrackedFiles {
  const known = new Set(paths);
  let directories: Set<string> | undefined;
  return {
    id: short(digestOf(paths.join("\0"))),
    has(path) {
      if (!path.endsWith("/")) return known.has(path);
      directories ??= new Set(paths.flatMap(above));
      return directories.has(path);
    },
  };
}

function above(path: string): string[] {
  const slashes = [...path.matchAll(/\//g)];
  return slashes.map(({ index }) => path.slice(0, index + 1));
}

/**
 * The paths of an index of version 2, 3 or 4 (gitformat-index(5)); none for another one. A split index has a part of them.
 *
 * @param idLength bytes of an object's name
 */
function pathsInIndex(index: Buffer, idLength: number): string[] {
  if (index.length < 12 || index.toString("latin1", 0, 4) !== "DIRC") return [];
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return [];
  const paths: string[] = [];
  let at = 12;
  let previous: Buffer = Buffer.alloc(0);
  for (let count = index.readUInt32BE(8); count > 0 && at + 42 + idLength < index.length; count--) {
    const flags = index.readUInt16BE(at + 40 + idLength);
    let start = at + 42 + idLength + ((flags & 0x4000) === 0 ? 0 : 2);
    let kept = 0;
    if (version === 4) {
      // How many bytes of the path before are not part of this one, as in `OFS_DELTA` of packs.
      let byte = index[start++] ?? 0;
      let dropped = byte & 0x7f;
      while ((byte & 0x80) !== 0) {
        byte = index[start++] ?? 0;
        dropped = ((dropped + 1) << 7) | (byte & 0x7f);
      }
      kept = Math.max(0, previous.length - dropped);
    }
    const end = index.indexOf(0, start);
    if (end === -1) break;
    const own = index.subarray(start, end);
    const path = kept === 0 ? own : Buffer.concat([previous.subarray(0, kept), own]);
    paths.push(path.toString("utf8"));
    previous = path;
    // Entries before version 4 are padded with one to eight zeroes to a multiple of eight.
    at = version === 4 ? end + 1 : at + (Math.floor((end - at) / 8) + 1) * 8;
  }
  return paths;
}
