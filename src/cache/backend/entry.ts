import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { asDigest, type Digest } from "../../base/digest.ts";
import type { BlobId, Entries, Entry } from "./backend.ts";
import {
  type ActionResult,
  ActionResultSchema,
  type Digest as DigestMessage,
} from "./reapi/action_cache_pb.ts";

/**
 * An entry as every backend keeps it: an `ActionResult` of the Remote Execution API, with the blobs as output files, named by
 * their digests, and the statement as what a command printed. Servers that look into what they keep find what they expect.
 */
export function encodeEntry(entry: Entry): Uint8Array {
  return toBinary(ActionResultSchema, resultOf(entry));
}

export function resultOf({ statement, blobs }: Entry): ActionResult {
  return create(ActionResultSchema, {
    outputFiles: blobs.map((blob) => ({ path: blob.digest, digest: digestMessage(blob) })),
    stdoutRaw: statement,
  });
}

/**
 * What was read of an entry: servers may keep a long statement as a blob (`stdout_digest`), which then has to be fetched.
 * Undefined: no entry.
 */
export type Read = Entry | { readonly statement: BlobId; readonly blobs: readonly BlobId[] };

/** Undefined: no entry, whatever the bytes are. */
export function decodeEntry(bytes: Uint8Array): Read | undefined {
  try {
    return entryOf(fromBinary(ActionResultSchema, bytes));
  } catch {
    // No message of this kind.
    return undefined;
  }
}

/** The entry that a message is; undefined where it is none. */
export function entryOf({ outputFiles, stdoutRaw, stdoutDigest }: ActionResult): Read | undefined {
  const blobs: BlobId[] = [];
  for (const { digest } of outputFiles) {
    const blob = digest && blobIdOf(digest);
    if (!blob) return undefined;
    blobs.push(blob);
  }
  if (stdoutRaw.length > 0) return { statement: stdoutRaw, blobs };
  const statement = stdoutDigest && blobIdOf(stdoutDigest);
  return statement && { statement, blobs };
}

/** What was found under a key; undefined: nothing. */
export type Found = Entry | "unreadable" | undefined;

/** @param found of each of the keys, in their order */
export function entriesFound(keys: readonly Digest[], found: readonly Found[]): Entries {
  const entries = new Map<Digest, Entry>();
  const unreadable: Digest[] = [];
  for (const [index, key] of keys.entries()) {
    const entry = found[index];
    if (entry === "unreadable") unreadable.push(key);
    else if (entry) entries.set(key, entry);
  }
  return { found: entries, unreadable };
}

/** Undefined where a server's digest is none, or its size no number of bytes. */
function blobIdOf({ hash, sizeBytes }: DigestMessage): BlobId | undefined {
  const digest = asDigest(hash);
  const size = Number(sizeBytes);
  return digest && size >= 0 && Number.isSafeInteger(size) ? { digest, size } : undefined;
}

export function digestMessage({ digest, size }: BlobId): { hash: string; sizeBytes: bigint } {
  return { hash: digest, sizeBytes: BigInt(size) };
}
