import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { type Digest, digester, digestOf } from "../base/digest.ts";

/**
 * The digest of a file's content. Large files are read piece by piece, so that a data set in the tree does
 * not have to fit into memory.
 *
 * @param size in bytes, as it is expected
 * @throws what the system throws for a file that cannot be read
 */
export function digestFile(file: string, size: number): Digest {
  if (size <= piece) return digestOf(readFileSync(file));
  const hash = digester();
  const buffer = Buffer.alloc(piece);
  const descriptor = openSync(file, "r");
  try {
    for (;;) {
      const length = readSync(descriptor, buffer, 0, piece, null);
      if (length === 0) return hash.finish();
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    closeSync(descriptor);
  }
}

const piece = 8 * 1024 * 1024;
