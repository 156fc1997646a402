import { type FileHandle, open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { inParallel } from "../../base/concurrency.ts";
import { type Digest, digestAside, digestOf } from "../../base/digest.ts";

/** Bytes. A few files make up most of a toolchain, so that only their pieces keep several threads busy. */
const pieceSize = 8 * 1024 * 1024;

type Sized = { readonly path: string; readonly size: number };
type Piece = { readonly file: Sized; readonly index: number };

/**
 * The digests of files, by path, several pieces at once: of a file of up to 8 MiB that of its content, of a larger
 * one that of its pieces' digests. Undefined if the signal stopped the reading.
 *
 * @param onRead told the bytes of each piece
 */
export async function digestParts(
  files: readonly Sized[],
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<ReadonlyMap<string, Digest> | undefined> {
  const digests = new Map<string, Digest[]>(files.map(({ path }) => [path, []]));
  const buffers: Buffer<ArrayBuffer>[] = [];
  await inParallel(files.flatMap(piecesOf), availableParallelism() + 1, async ({ file, index }) => {
    if (signal.aborted) return;
    const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(pieceSize);
    const bytes = await read(file.path, index * pieceSize, buffer);
    const of = digests.get(file.path);
    if (of) of[index] = await digestAside(buffer.subarray(0, bytes));
    buffers.push(buffer);
    onRead(bytes);
  });
  if (signal.aborted) return undefined;
  return new Map([...digests].map(([path, of]) => [path, joined(of)]));
}

function piecesOf(file: Sized): Piece[] {
  const count = Math.max(1, Math.ceil(file.size / pieceSize));
  return Array.from({ length: count }, (_, index) => ({ file, index }));
}

function joined(digests: readonly Digest[]): Digest {
  const [first, ...rest] = digests;
  return first !== undefined && rest.length === 0 ? first : digestOf(digests.join("\n"));
}

/** Fills the buffer from `position` as far as the file goes, and tells how far that is. */
async function read(path: string, position: number, buffer: Buffer): Promise<number> {
  const file: FileHandle = await open(path);
  try {
    let done = 0;
    while (done < buffer.length) {
      const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  } finally {
    await file.close();
  }
}
