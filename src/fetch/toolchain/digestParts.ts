import { type Digest, digestOf } from "../../base/digest.ts";
import type { Range } from "../../tree/digestRange.ts";
import { digestRanges } from "../../tree/digestRanges.ts";

/** Bytes. A few files make up most of a toolchain, so that only their pieces keep several threads busy. */
const pieceSize = 8 * 1024 * 1024;

type Sized = { readonly path: string; readonly size: number };

/**
 * The digests of files, by path, several pieces at once: of a file of up to 8 MiB that of its content, of a larger
 * one that of its pieces' digests. Undefined if the signal stopped the reading.
 *
 * @param onRead told how many more bytes were read
 */
export async function digestParts(
  files: readonly Sized[],
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<ReadonlyMap<string, Digest> | undefined> {
  const pieces = files.flatMap(piecesOf);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const digests = await digestRanges(pieces, { signal, onRead, total });
  if (!digests) return undefined;
  const ofFiles = new Map<string, Digest[]>();
  for (const [index, { path }] of pieces.entries()) {
    const digest = digests[index];
    if (digest !== undefined) ofFiles.set(path, [...(ofFiles.get(path) ?? []), digest]);
  }
  return new Map([...ofFiles].map(([path, of]) => [path, joined(of)]));
}

function piecesOf({ path, size }: Sized): Range[] {
  const count = Math.max(1, Math.ceil(size / pieceSize));
  return Array.from({ length: count }, (_, index) => ({ path, from: index * pieceSize, length: pieceSize }));
}

function joined(digests: readonly Digest[]): Digest {
  const [first, ...rest] = digests;
  return first !== undefined && rest.length === 0 ? first : digestOf(digests.join("\n"));
}
