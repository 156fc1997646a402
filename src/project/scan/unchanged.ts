import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { asDigest, type Digest, isRecord } from "../../base/digest.ts";
import type { Filter } from "../../derivation/model.ts";
import { entryAt } from "../../tree/files.ts";
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

/** What the system says of a file without its being opened. */
export type Look = {
  /** Bytes. */
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly mode: number;
};

/** The files of a walk, each looked at when it is asked for, once. They are named by their places in `Walk.paths`. */
export type Looks = {
  /** Undefined: it vanished. */
  of(place: number): Look | undefined;
  wasAsked(place: number): boolean;
  /** The numbers of these files one after the other, in the order of their places; undefined where one of them vanished. */
  numbers(left: readonly number[]): Float64Array | undefined;
};

/** Numbers in one array, since ten thousand objects are moved about by every garbage collection. */
export function looksAt(root: string, paths: readonly string[]): Looks {
  const all = new Float64Array(5 * paths.length);
  const states = new Uint8Array(paths.length);
  const isThere = (place: number): boolean => {
    if (states[place] === unasked) {
      const stats = entryAt(`${root}/${paths[place]}`);
      states[place] = stats ? there : gone;
      if (stats) {
        const at = 5 * place;
        all[at] = stats.size;
        all[at + 1] = stats.mtimeMs;
        all[at + 2] = stats.ctimeMs;
        all[at + 3] = stats.ino;
        all[at + 4] = stats.mode;
      }
    }
    return states[place] === there;
  };
  return {
    of(place) {
      if (!isThere(place)) return undefined;
      const at = 5 * place;
      return {
        size: all[at] ?? 0,
        mtimeMs: all[at + 1] ?? 0,
        ctimeMs: all[at + 2] ?? 0,
        ino: all[at + 3] ?? 0,
        mode: all[at + 4] ?? 0,
      };
    },
    wasAsked: (place) => states[place] !== unasked,
    numbers(left) {
      const skipped = new Set(left);
      const wanted = skipped.size === 0 ? all : new Float64Array(5 * (paths.length - skipped.size));
      let at = 0;
      for (let place = 0; place < paths.length; place++) {
        if (skipped.has(place)) continue;
        if (!isThere(place)) return undefined;
        if (wanted !== all) wanted.set(all.subarray(5 * place, 5 * place + 5), at);
        at += 5;
      }
      return wanted;
    },
  };
}

const [unasked, there, gone] = [0, 1, 2];

/**
 * The digest of all that is seen of a source without opening its files; undefined where one of them vanished.
 *
 * @param left the places of those that are not looked at
 */
export function seenIn(walk: Walk, looks: Looks, left: readonly number[]): Digest | undefined {
  const numbers = looks.numbers(left);
  if (!numbers) return undefined;
  const lists = [walk.paths, [...walk.symlinks].sort(), [...walk.directories].sort(), left];
  const hash = createHash("sha256").update(lists.map((list) => list.join("\0")).join("\0\0"));
  return asDigest(hash.update(numbers).digest("hex"));
}

/** Whether a file may be remembered by what is seen of it: see `isSettled`. */
export function isRest(look: Look | undefined, started: number): boolean {
  return look !== undefined && !isKind(look, constants.S_IFDIR) && isSettled(look, started);
}

/** Whether two looks show one file, which did not change between them. */
export function isSameLook(one: Look, other: Look): boolean {
  const isSameFile = one.ino === other.ino && one.mode === other.mode && one.size === other.size;
  return isSameFile && one.mtimeMs === other.mtimeMs && one.ctimeMs === other.ctimeMs;
}

/** @param kind one of `constants.S_IF…` */
export function isKind({ mode }: Look, kind: number): boolean {
  return (mode & constants.S_IFMT) === kind;
}
