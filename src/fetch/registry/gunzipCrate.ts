import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const mebibyte = 1024 * 1024;

/**
 * The archive in a `.crate` file, unpacked in one call on the thread pool.
 *
 * A crate may grow to 512 MiB or 20 times its size, whichever is more, as Cargo allows (1.95).
 *
 * @throws what zlib says of bytes that are no gzip, cut off, or too large
 */
export async function gunzipCrate(bytes: Buffer): Promise<Buffer> {
  const limit = Math.max(512 * mebibyte, bytes.length * 20);
  // gzip ends with the size of its content modulo 2^32: with a buffer of that size zlib needs not grow it.
  const announced = bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0;
  const chunkSize = Math.min(Math.max(announced + 1, 64 * 1024), 64 * mebibyte);
  return promisify(gunzip)(bytes, { chunkSize, maxOutputLength: limit });
}
