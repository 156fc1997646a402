import { closeSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { type Mounted, type MountedPaths, mountedPaths } from "./mountedPaths.ts";
import { walk } from "./walk.ts";

export type Blanking = {
  /** What a path that is blanked begins with. */
  readonly prefixes: readonly string[];
  /** Below these, a path is blanked only if it leads to something. What begins with another prefix is, wherever it stands. */
  readonly roots: readonly string[];
  /** What is there. */
  readonly mounts: readonly Mounted[];
  /** The host's directories (or files) of the project's own texts. A path that one of them has is blanked nowhere. */
  readonly own: readonly string[];
};

/**
 * Blanks paths in every file below `directory`, keeping lengths (binaries hold offsets): the first path
 * component of `/build/vendor/serde-1.0.228/…` becomes `/eeeee/…`, and what follows stays readable in a panic's
 * message. Crane does likewise, so that what is deployed names nothing of the machine that built it; its paths are no other
 * text, while these may well be: `/build/vendor/bundle` is where Ruby's packages lie in many images.
 */
export function blankPrefixes(directory: string, { prefixes: texts, roots, mounts, own }: Blanking): void {
  const prefixes = texts.filter((text) => text !== "").map((text) => prefixOf(text, roots));
  if (prefixes.length === 0) return;
  const paths = mountedPaths(mounts);
  let kept: ReadonlySet<string> | undefined;
  const isKept = ({ content, at }: Hit): boolean => {
    kept ??= pathsWritten(own, prefixes, paths);
    return kept.size > 0 && kept.has(paths.pathAt(content, at));
  };
  const pieces = pieceReader();
  for (const path of filesOf(directory)) {
    const places: Place[] = [];
    for (const piece of pieces(path)) {
      for (const hit of hitsIn(piece, prefixes)) {
        const { at, prefix } = hit;
        if (!prefix.isRooted || (leads(paths, hit) && !isKept(hit)))
          places.push({ at: piece.from + at, to: prefix.to });
      }
    }
    if (places.length > 0) overwrite(path, places);
  }
}

/** Where a text begins in bytes, in order; none begins within another. */
export function placesIn(content: Buffer, text: string): number[] {
  const places: number[] = [];
  const length = Buffer.byteLength(text);
  for (let at = content.indexOf(text); at !== -1; at = content.indexOf(text, at + length)) places.push(at);
  return places;
}

type Prefix = {
  readonly text: string;
  readonly bytes: Buffer;
  /** What takes its place. */
  readonly to: Buffer;
  /** It is blanked only where a path leads to something. */
  readonly isRooted: boolean;
};

function prefixOf(text: string, roots: readonly string[]): Prefix {
  const to = text.replace(/^\/[^/]+/, (first) => `/${"e".repeat(first.length - 1)}`);
  const isRooted = roots.some((root) => `${text}/`.startsWith(`${root}/`));
  return { text, bytes: Buffer.from(text), to: Buffer.from(to), isRooted };
}

type Hit = { readonly content: Buffer; readonly at: number; readonly prefix: Prefix };

/** Texts of up to so many bytes are searched for by `memchr`, several times as fast as longer ones (seen with Node 24). */
const quick = 7;

/** Where prefixes stand. Those that begin alike are searched for together. */
function hitsIn({ content, length }: Piece, prefixes: readonly Prefix[]): Hit[] {
  const starts = new Set(prefixes.map(({ text }) => text.slice(0, quick)));
  const places = [...starts].flatMap((start) => placesIn(content, start)).filter((at) => at < length);
  return places.flatMap((at) =>
    prefixes
      .filter(({ bytes }) => content.subarray(at, at + bytes.length).equals(bytes))
      .map((prefix): Hit => ({ content, at, prefix })),
  );
}

function leads(paths: MountedPaths, { content, at, prefix }: Hit): boolean {
  return paths.leads(content, at, prefix.text);
}

/** The paths that files have, as far as they lead to something. */
function pathsWritten(
  directories: readonly string[],
  prefixes: readonly Prefix[],
  paths: MountedPaths,
): Set<string> {
  const written = new Set<string>();
  const pieces = pieceReader();
  for (const directory of directories)
    for (const path of filesOf(directory))
      for (const piece of pieces(path))
        for (const hit of hitsIn(piece, prefixes))
          if (leads(paths, hit)) written.add(paths.pathAt(hit.content, hit.at));
  return written;
}

function* filesOf(root: string): Generator<string> {
  if (statSync(root).isFile()) yield root;
  else for (const { path, type } of walk(root)) if (type === "file") yield `${root}/${path}`;
}

/** A part of a file. */
type Piece = {
  readonly content: Buffer;
  /** Where it begins in the file. */
  readonly from: number;
  /** What begins behind that many bytes is in the next piece, too, and is seen whole there. */
  readonly length: number;
};

/** Longer than a path can be. */
const ahead = 8192;

/**
 * Reads files piece by piece, each into the memory of the one before: that stays in the processor's cache, and files may be larger
 * than what Node reads at once.
 */
function pieceReader(size = 1 << 20): (path: string) => Generator<Piece> {
  const memory = Buffer.allocUnsafe(size + ahead);
  return function* (path) {
    const file = openSync(path, "r");
    try {
      for (let from = 0; ; from += size) {
        const read = readSync(file, memory, 0, memory.length, from);
        const isLast = read < memory.length;
        yield { content: memory.subarray(0, read), from, length: isLast ? read : size };
        if (isLast) return;
      }
    } finally {
      closeSync(file);
    }
  };
}

type Place = { readonly at: number; readonly to: Buffer };

/** Writes only at the `places`: a program of 30 MB takes longer to write than to search. */
function overwrite(path: string, places: readonly Place[]): void {
  const file = openSync(path, "r+");
  try {
    for (const { at, to } of places) writeSync(file, to, 0, to.length, at);
  } finally {
    closeSync(file);
  }
}
