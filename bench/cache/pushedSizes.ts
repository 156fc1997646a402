import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeEntry } from "../../src/cache/backend/entry.ts";

/** What a cache in a directory holds, in bytes of its blobs and entries, by kind of record; each blob once. */
export async function pushedSizes(directory: string): Promise<Readonly<Record<string, number>>> {
  const sizes: Record<string, number> = {};
  const seen = new Set<string>();
  for (const entry of await readdir(join(directory, "ac"), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    const read = decodeEntry(bytes);
    if (!read || !(read.statement instanceof Uint8Array)) throw new Error(`\`${entry.name}\` is no entry`);
    const { statement } = JSON.parse(Buffer.from(read.statement).toString());
    const { kind }: { kind: string } = JSON.parse(statement);
    const lacking = read.blobs.filter(({ digest }) => !seen.has(digest));
    for (const { digest } of lacking) seen.add(digest);
    const size = lacking.reduce((sum, blob) => sum + blob.size, bytes.length);
    sizes[kind] = (sizes[kind] ?? 0) + size;
  }
  return sizes;
}
