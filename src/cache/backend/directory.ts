import { randomUUID } from "node:crypto";
import { accessSync, constants } from "node:fs";
import { copyFile, link, lstat, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { diagnostic } from "../../base/diagnostic.ts";
import type { Digest } from "../../base/digest.ts";
import { isInside } from "../../base/paths.ts";
import { makeDirectory } from "../../tree/makeDirectory.ts";
import { type Bare, type BlobId, largestEntry, type Opening } from "./backend.ts";
import { decodeEntry, encodeEntry, entriesFound, type Found } from "./entry.ts";
import { readPlain, sizeOfPlain } from "./plainFile.ts";
import { receive } from "./receive.ts";
import { codeOf, Failed } from "./transport/failure.ts";
import { untilOneFails } from "./transport/watch.ts";

/**
 * A cache in a directory, which several machines may have mounted: plain files, as in Bazel's disk cache, below `ac/` (entries,
 * by key) and `cas/` (blobs, by digest), 256 directories each by their first two digits. Files are written in `tmp/` and
 * renamed; there is no index, and nothing is locked. A directory that is not there is empty, until something is put. Others may
 * write there, and are not trusted: only plain files are read, and nothing is written or removed behind a link.
 */
export function directoryBackend({ url, counters, options: { signal } }: Opening): Bare {
  const root = fileURLToPath(url);
  const gate = atMost(threads);
  const each = <T, R>(items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> =>
    untilOneFails(items, { limit: threads, signal }, (item) => gate(() => run(item)));
  const place = (kind: "ac" | "cas", name: Digest): string => join(root, kind, name.slice(0, 2), name);
  const sizeOf = (file: string) => {
    counters.requests += 1;
    return sizeOfPlain(file);
  };
  let tidied: Promise<void> | undefined;
  /** Has a file written beside, and gives it its place. `place` gets what was written, which is then removed. */
  const write = async (
    to: string,
    fill: (file: string) => Promise<void>,
    place: (written: string, to: string) => Promise<void>,
  ): Promise<void> => {
    counters.requests += 1;
    const beside = join(root, "tmp");
    for (const directory of [dirname(dirname(to)), dirname(to), beside]) await ownDirectory(directory, root);
    tidied ??= tidy(beside);
    await tidied;
    // Machines that share the directory have processes with the same number.
    const written = join(beside, randomUUID());
    try {
      await fill(written);
      // What no file can be renamed over is kept, and is no longer in the way.
      if ((await present(lstat(to)))?.isDirectory()) await rename(to, join(beside, randomUUID()));
      await place(written, to);
    } finally {
      await rm(written, { force: true });
    }
  };
  const readEntry = async (key: Digest): Promise<Found> => {
    const file = place("ac", key);
    counters.requests += 1;
    const pieces: Buffer[] = [];
    const read = await readPlain(file, { most: largestEntry + 1, signal }, (piece) => {
      counters.received += piece.length;
      return pieces.push(Buffer.from(piece)) > 0;
    });
    if (read === undefined) return undefined;
    const bytes = Buffer.concat(pieces);
    const entry = read === "other" || bytes.length > largestEntry ? undefined : decodeEntry(bytes);
    return entry && entry.statement instanceof Uint8Array
      ? { ...entry, statement: entry.statement }
      : "unreadable";
  };
  return {
    entries: (keys) => guarded(root, async () => entriesFound(keys, await each(keys, readEntry))),
    putEntry: (key, entry, replace) =>
      guarded(root, async () => {
        const bytes = encodeEntry(entry);
        await write(
          place("ac", key),
          (file) => writeFile(file, bytes, { flag: "wx" }),
          replace ? rename : linkOnce,
        );
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
          const outcome = await copyVerified(place("cas", blob.digest), blob, path(blob), signal, (bytes) => {
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
          const fill = (file: string) => copyFile(path(blob), file, copying);
          await write(place("cas", blob.digest), fill, rename);
          counters.sent += blob.size;
          onBytes(blob.size);
        });
      }),
    close: async () => {},
  };
}

/** A mount whose server is gone keeps a thread of Node for ever. It has four by default, and the build needs one of them. */
const threads = 3;
const copying = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;

async function copyVerified(
  from: string,
  blob: BlobId,
  to: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<"whole" | "absent" | "altered"> {
  using receiver = receive(blob, to);
  let isTooMuch = false;
  // One byte more shows that there is more.
  const read = await readPlain(from, { most: blob.size + 1, signal }, (piece) => {
    onBytes(piece.length);
    isTooMuch = !onDisk(to, () => receiver.take(piece));
    return !isTooMuch;
  });
  if (read === undefined) return "absent";
  return read === "read" && !isTooMuch && receiver.finish() ? "whole" : "altered";
}

/** Lets no more than so many run at once. */
function atMost(limit: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (run) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
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

/** Makes a directory of the cache. A link there would have what is written, and removed, lie elsewhere. */
async function ownDirectory(path: string, root: string): Promise<void> {
  makeDirectory(path);
  const found = await lstat(path);
  if (!found.isSymbolicLink()) return;
  throw new Failed(
    diagnostic("cache-refused", `the cache \`${root}\` cannot be used`, {
      notes: [`\`${path}\` is a link, and has to be a directory`],
      help: ["remove the link; it is made anew as a directory"],
    }),
  );
}

/** As `randomUUID` names a file. */
const ownName = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Removes what was left by processes that were killed: what is older than a day. What was not written so stays. */
async function tidy(beside: string): Promise<void> {
  const limit = Date.now() - 24 * 3600 * 1000;
  for (const name of await readdir(beside)) {
    if (!ownName.test(name)) continue;
    const file = join(beside, name);
    const found = await present(lstat(file));
    // Another user's may stay.
    if (found?.isFile() && found.mtimeMs < limit) await rm(file, { force: true }).catch(() => {});
  }
}

async function present<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
}

/** What is written by a descriptor fails without a path. */
function onDisk<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof Error && !("path" in thrown)) Object.assign(thrown, { path });
    throw thrown;
  }
}

/** What the system refuses in the directory is the cache's failure, and elsewhere the user's disk's. */
async function guarded<T>(root: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === "" || !isInside(placeOf(thrown, code) ?? root, root)) throw thrown;
    const kind = refusals[code] ?? { code: "cache-failed", help: "look whether it is mounted, and whole" };
    const cause = thrown instanceof Error ? thrown.message : code;
    throw new Failed(
      diagnostic(kind.code, `the cache \`${root}\` cannot be used`, { help: [kind.help], causes: [cause] }),
    );
  }
}

/** Of a copy's two places the one that failed: what can be read is not what was refused. */
function placeOf(thrown: unknown, code: string): string | undefined {
  if (!(thrown instanceof Error && "path" in thrown)) return undefined;
  const path = String(thrown.path);
  return "dest" in thrown && code !== "ENOENT" && isReadable(path) ? String(thrown.dest) : path;
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
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
