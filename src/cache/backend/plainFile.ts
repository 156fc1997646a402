import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "./transport/failure.ts";

/**
 * What lies in a place where others may write: `other` is whatever is no plain file, such as a link, a pipe, a device or a
 * directory. It is never opened: a pipe waits for who writes into it, and some devices never end.
 */
export async function sizeOfPlain(file: string): Promise<number | "other" | undefined> {
  const found = await lookedAt(lstat(file), file);
  return found === undefined || found === "other" ? found : sizeIn(found);
}

/**
 * Reads a plain file in pieces; of anything else there, nothing. No more than a piece is held, and no byte is read beyond `most`,
 * whatever the file becomes meanwhile.
 *
 * @param onPiece gets a piece, which is written over afterwards; false: nothing else is wanted
 * @throws what the system says of a file that is there and cannot be read, and the reason of the signal
 */
export async function readPlain(
  file: string,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
  onPiece: (piece: Buffer) => boolean,
): Promise<"read" | "other" | undefined> {
  const size = await sizeOfPlain(file);
  if (typeof size !== "number") return size;
  // Another may lie there by now.
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants;
  const handle = await lookedAt(open(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW), file);
  if (handle === undefined || handle === "other") return handle;
  try {
    if (!(await handle.stat()).isFile()) return "other";
    await readPieces(handle, { most, signal, atOnce: Math.min(size + 1, 1 << 20) }, onPiece);
    return "read";
  } finally {
    await handle.close();
  }
}

async function readPieces(
  handle: FileHandle,
  { most, signal, atOnce }: { readonly most: number; readonly signal: AbortSignal; readonly atOnce: number },
  onPiece: (piece: Buffer) => boolean,
): Promise<void> {
  const buffer = Buffer.allocUnsafe(atOnce);
  for (let at = 0; at < most; ) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, most - at), at);
    if (bytesRead === 0 || !onPiece(buffer.subarray(0, bytesRead))) return;
    at += bytesRead;
  }
}

function sizeIn(found: Stats): number | "other" {
  return found.isFile() ? found.size : "other";
}

async function lookedAt<T>(asked: Promise<T>, file: string): Promise<T | "other" | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === "ENOENT") return undefined;
    // A link, a socket, a device without a driver.
    if (["ELOOP", "ENXIO", "ENODEV"].includes(code)) return "other";
    // A file in the place of its directory; further up, nothing else can be there either.
    if (code === "ENOTDIR" && (await isThere(dirname(file)))) return "other";
    throw thrown;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return Boolean(await lstat(path));
  } catch {
    return false;
  }
}
