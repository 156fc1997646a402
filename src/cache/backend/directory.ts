import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { constants, copyFile, link, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { isInside } from "../../base/paths.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";
import { type Bare, type BlobId, type Entry, largestEntry, type Opening } from "./backend.ts";
import { decodeEntry, encodeEntry } from "./entry.ts";
import { receive } from "./receive.ts";
import { codeOf, Failed } from "./transport/failure.ts";
import { untilOneFails } from "./transport/watch.ts";

/**
 * A cache in a directory, which several machines may have mounted: plain files, as in Bazel's disk cache, below `ac/` (entries,
 * by key) and `cas/` (blobs, by digest), 256 directories each by their first two digits. Files are written in `tmp/` and
 * renamed; there is no index, and nothing is locked. A directory that is not there is empty, until something is put.
 */
export function directoryBackend({ url, counters, options: { signal } }: Opening): Bare {
  const root = fileURLToPath(url);
  const each = <T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> =>
    untilOneFails(items, { limit: atOnce, signal }, run);
  const place = (kind: "ac" | "cas", name: Digest): string => join(root, kind, name.slice(0, 2), name);
  const sizeOf = async (file: string): Promise<number | undefined> => {
    counters.requests += 1;
    return present(stat(file).then(({ size }) => size));
  };
  let tidied: Promise<void> | undefined;
  /** Has a file written beside, and gives it its place. `place` gets what was written, which is then removed. */
  const write = async (
    to: string,
    fill: (file: string) => Promise<void>,
    place: (written: string, to: string) => Promise<void>,
  ): Promise<void> => {
    counters.requests += 1;
    makeDirectory(dirname(to));
    const beside = join(root, "tmp");
    makeDirectory(beside);
    tidied ??= tidy(beside);
    await tidied;
    // Machines that share the directory have processes with the same number.
    const written = join(beside, randomUUID());
    try {
      await fill(written);
      await place(written, to);
    } finally {
      await rm(written, { force: true });
    }
  };
  const readEntry = async (key: Digest): Promise<Entry | "unreadable" | undefined> => {
    const file = place("ac", key);
    const size = await sizeOf(file);
    if (size === undefined) return undefined;
    const bytes = size > largestEntry ? undefined : await present(readFile(file));
    counters.received += bytes?.length ?? 0;
    const entry = bytes && decodeEntry(bytes);
    return entry && entry.statement instanceof Uint8Array
      ? { ...entry, statement: entry.statement }
      : "unreadable";
  };
  return {
    entries: (keys) =>
      guarded(root, async () => {
        const found = new Map<Digest, Entry>();
        const unreadable: Digest[] = [];
        await each(keys, async (key) => {
          const entry = await readEntry(key);
          if (entry === "unreadable") unreadable.push(key);
          else if (entry) found.set(key, entry);
        });
        return { found, unreadable };
      }),
    putEntry: (key, entry, replace) =>
      guarded(root, async () => {
        const bytes = encodeEntry(entry);
        await write(place("ac", key), (file) => writeFile(file, bytes), replace ? rename : linkOnce);
        counters.sent += bytes.length;
      }),
    missing: (blobs) =>
      guarded(root, async () => {
        const sizes = await each(blobs, (blob) => sizeOf(place("cas", blob.digest)));
        return blobs.filter(({ size }, index) => sizes[index] !== size);
      }),
    fetch: (blobs, path, onBytes) =>
      guarded(root, async () => {
        const failed = new Map<Digest, "absent" | "altered">();
        await each(blobs, async (blob) => {
          counters.requests += 1;
          const outcome = await copyVerified(place("cas", blob.digest), blob, path(blob), (bytes) => {
            signal.throwIfAborted();
            counters.received += bytes;
            onBytes(bytes);
          });
          if (outcome !== "whole") failed.set(blob.digest, outcome);
        });
        return failed;
      }),
    put: (blobs, path, onBytes) =>
      guarded(root, async () => {
        await each(blobs, async (blob) => {
          const fill = (file: string) => copyFile(path(blob), file, constants.COPYFILE_FICLONE);
          await write(place("cas", blob.digest), fill, rename);
          counters.sent += blob.size;
          onBytes(blob.size);
        });
      }),
    close: async () => {},
  };
}

const atOnce = 16;

async function copyVerified(
  from: string,
  blob: BlobId,
  to: string,
  onBytes: (bytes: number) => void,
): Promise<"whole" | "absent" | "altered"> {
  using receiver = receive(blob, to);
  try {
    // One byte more shows that there is more.
    for await (const chunk of createReadStream(from, { end: blob.size, highWaterMark: 1 << 20 })) {
      onBytes(chunk.length);
      if (!receiver.take(chunk)) return "altered";
    }
  } catch (thrown) {
    if (isAbsence(thrown)) return "absent";
    throw thrown;
  }
  return receiver.finish() ? "whole" : "altered";
}

/** Two that write an entry at once: the first one's stays. Where there are no links, the last one's. */
async function linkOnce(written: string, to: string): Promise<void> {
  try {
    await link(written, to);
  } catch (thrown) {
    if (codeOf(thrown) === "EEXIST") return;
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(codeOf(thrown))) throw thrown;
    await rename(written, to);
  }
}

/** Removes what was left by processes that were killed: what is older than a day. */
async function tidy(beside: string): Promise<void> {
  const limit = Date.now() - 24 * 3600 * 1000;
  for (const name of await readdir(beside)) {
    const file = join(beside, name);
    const found = await present(stat(file));
    if (found && found.mtimeMs < limit) await rm(file, { force: true });
  }
}

async function present<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (isAbsence(thrown)) return undefined;
    throw thrown;
  }
}

function isAbsence(thrown: unknown): boolean {
  return codeOf(thrown) === "ENOENT";
}

/** What the system refuses in the directory is the cache's failure, and elsewhere the user's disk's. */
async function guarded<T>(root: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    const code = codeOf(thrown);
    const path = thrown instanceof Error && "path" in thrown ? String(thrown.path) : root;
    if (code === "" || !isInside(path, root)) throw thrown;
    const kind = refusals[code] ?? { code: "cache-failed", help: "look whether it is mounted, and whole" };
    const cause = thrown instanceof Error ? thrown.message : code;
    throw new Failed(
      diagnostic(kind.code, `the cache \`${root}\` cannot be used`, { help: [kind.help], causes: [cause] }),
    );
  }
}

const full = { code: "cache-full", help: "remove what is old: find DIR -type f -atime +30 -delete" };
const refused = {
  code: "cache-refused",
  help: "make it writable for you, or do not write: GANTRY_CACHE_PUSH=never",
};
const unreachable = { code: "cache-unreachable", help: "mount it again" };

const refusals: Readonly<Record<string, { readonly code: string; readonly help: string }>> = {
  ENOSPC: full,
  EDQUOT: full,
  EACCES: refused,
  EPERM: refused,
  EROFS: refused,
  ENOTDIR: { code: "cache-refused", help: "name a directory" },
  ESTALE: unreachable,
  EIO: unreachable,
  ETIMEDOUT: unreachable,
  ENOTCONN: unreachable,
};
