import { open, readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Digest } from "../../base/digest.ts";
import type { RecordOf } from "../../store/kinds/kinds.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import { placesIn } from "../../tree/blankPrefixes.ts";

/**
 * Where the files of a unit hold the path of the target directory that it was compiled in: rustc writes paths of included
 * files into libraries, and build scripts write them wherever they like. By path of the file, in bytes from its start; of a
 * text no place is listed, since it is written anew. Null: something else in them looks like a part of the path, cut off or
 * written otherwise, so that the unit cannot be moved.
 */
export type BakedPaths = RecordOf<"baked-paths">;

/** Finds the places once a tree, and remembers them. */
export async function bakedPaths(
  store: Store,
  { tree, files }: { readonly tree: Digest; readonly files: readonly TreeFile[] },
  from: string,
): Promise<BakedPaths> {
  const known = store.records.get("baked-paths", tree);
  if (known !== undefined) return known;
  const places: Record<string, number[]> = {};
  let isPartial = false;
  for (const { path, type } of files) {
    if (type !== "file") continue;
    const content = await readFile(`${store.pathOf(tree)}/${path}`);
    const found = placesIn(content, from);
    isPartial ||= hasPart(content, from, found);
    if (found.length > 0) places[path] = isText(path) ? [] : found;
  }
  const baked = isPartial ? null : places;
  store.records.set("baked-paths", tree, baked);
  return baked;
}

function hasPart(content: Buffer, from: string, found: readonly number[]): boolean {
  const part = basename(from).slice(0, 20);
  const inside = (at: number) => found.some((place) => at >= place && at < place + from.length);
  return placesIn(content, part).some((at) => !inside(at));
}

/** What Cargo reads line by line, and dep-info: a path of another length does no harm there. */
function isText(path: string): boolean {
  return /\/(?:output|root-output|stdout)$|\.d$/.test(path);
}

/** Whether a unit can be moved to a path: not to a longer one than it holds, unless only texts hold it. */
export function fits(places: NonNullable<BakedPaths>, { from, to }: Move): boolean {
  const isLonger = Buffer.byteLength(to) > Buffer.byteLength(from);
  return !isLonger || Object.values(places).every((each) => each.length === 0);
}

/** A target directory's path, and the one that takes its place. */
export type Move = { readonly from: string; readonly to: string };

/**
 * Replaces the path in a file: in text by the new one, elsewhere by the new one with slashes up to the old length, since
 * lengths and places of what follows stand in libraries, too. A path with more slashes names the same file.
 */
export async function movePaths(file: string, places: readonly number[], move: Move): Promise<void> {
  if (places.length === 0) return writeFile(file, movedText(file, await readFile(file), move));
  const bytes = padded(move);
  await using handle = await open(file, "r+");
  for (const at of places) await handle.write(bytes, 0, bytes.length, at);
}

/** The content of a file as `movePaths` leaves it; unchanged where it holds no path. */
export async function movedContent(
  file: string,
  places: readonly number[] | undefined,
  move: Move,
): Promise<Buffer> {
  const content = await readFile(file);
  if (places === undefined) return content;
  if (places.length === 0) return movedText(file, content, move);
  const bytes = padded(move);
  for (const at of places) bytes.copy(content, at);
  return content;
}

function padded({ from, to }: Move): Buffer {
  return Buffer.from(to + "/".repeat(Buffer.byteLength(from) - Buffer.byteLength(to)));
}

/** Not as UTF-8: what a build script printed need not be that. */
function movedText(file: string, content: Buffer, { from, to }: Move): Buffer {
  const path = Buffer.from(file.endsWith(".d") ? to.replaceAll(" ", "\\ ") : to).toString("latin1");
  return Buffer.from(
    content.toString("latin1").replaceAll(from, () => path),
    "latin1",
  );
}
