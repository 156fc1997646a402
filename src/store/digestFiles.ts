import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { type Digest, digestAside, digester } from "../base/digest.ts";

type Sized = { readonly path: string; readonly bytes: number };

/** In bytes. Larger files are read piece by piece. */
const large = 64 * 1024 * 1024;

/**
 * Digests files, several at once, and hands each digest over as it comes; undefined for a file that vanished or
 * cannot be read.
 */
export async function digestFiles<File extends Sized>(
  files: readonly File[],
  use: (file: File, digest: Digest | undefined) => void,
): Promise<void> {
  const queue = files.values();
  const worker = async () => {
    for (const file of queue) use(file, await digestOfFile(file).catch(() => undefined));
  };
  await Promise.all(Array.from({ length: 2 * availableParallelism() }, worker));
}

async function digestOfFile({ path, bytes }: Sized): Promise<Digest> {
  if (bytes <= large) return digestAside(await readFile(path));
  const hash = digester();
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.finish();
}
