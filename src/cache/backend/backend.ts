// backend: where a team's cache keeps bytes: a directory, or a server that speaks HTTP, S3 or the Remote Execution API.
// `openBackend.ts` is the entry. Nothing here knows what is kept, and nothing here is believed.

import type { Digest } from "../../base/digest.ts";
import type { Result } from "../../base/result.ts";
import type { TlsFiles } from "./transport/tls.ts";
import type { Deadlines } from "./transport/watch.ts";

/** Bytes by digest, as the Remote Execution API names them. */
export type BlobId = { readonly digest: Digest; readonly size: number };

/**
 * What is recorded under a key: the signed statement, and the blobs that it needs, so that servers which look whether an entry
 * is complete can.
 */
export type Entry = { readonly statement: Uint8Array; readonly blobs: readonly BlobId[] };

/**
 * A server or a directory that keeps bytes for a team. It is believed nothing: entries are verified by the caller, by
 * signature; blobs here, by digest and size, while they arrive, and nothing beyond `size` is read.
 *
 * Errors of all functions: `cache-unreachable` (absent, silent, broken off), `cache-refused` (credentials, certificates, or not
 * what the address says), `cache-full`, `cache-failed` (what else a server says), `interrupted`; of the local files, those of
 * `systemError`. After the first error what else the call would do is left.
 */
export type Backend = {
  /** As people write it, without secrets. */
  readonly name: string;
  /** Entries that are there. One that cannot be read as an entry is told in `unreadable`. */
  entries(keys: readonly Digest[]): Promise<Result<Entries>>;
  /**
   * Records an entry, whose blobs were put before. Where there is one, it stays if the backend can see to it (directories and S3
   * do); others write over it.
   *
   * @param replace write over what is there, which turned out to be useless
   */
  putEntry(key: Digest, entry: Entry, replace?: boolean): Promise<Result<void>>;
  /** Those of the blobs that are not there, as far as can be told without reading them. */
  missing(blobs: readonly BlobId[]): Promise<Result<readonly BlobId[]>>;
  /** Writes blobs to files, each at `path(blob)`. A blob that is absent, or other bytes, is in the answer and leaves no file. */
  fetch(
    blobs: readonly BlobId[],
    path: (blob: BlobId) => string,
    onBytes?: OnBytes,
  ): Promise<Result<ReadonlyMap<Digest, "absent" | "altered">>>;
  /** Uploads blobs from files, whether they are there or not. */
  put(blobs: readonly BlobId[], path: (blob: BlobId) => string, onBytes?: OnBytes): Promise<Result<void>>;
  /**
   * Requests so far, attempts that failed among them, and the bytes of their bodies: of a directory, files that were asked for,
   * read or written.
   */
  readonly counters: Counters;
  [Symbol.asyncDispose](): Promise<void>;
};

export type Entries = {
  readonly found: ReadonlyMap<Digest, Entry>;
  readonly unreadable: readonly Digest[];
};

export type Counters = { requests: number; received: number; sent: number };

/** Told of the bytes of blobs as they come or go; what has to be sent again is told again. */
export type OnBytes = (bytes: number) => void;

export type BackendOptions = {
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** Credentials, proxies, and the home directory. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly deadlines?: Deadlines;
  /** Sent with each request, of HTTP and gRPC. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A program of Bazel's credential-helper protocol, which is asked for headers. */
  readonly credentialHelper?: string;
  /** Files in PEM form. */
  readonly tls?: TlsFiles;
};

export const usualDeadlines: Deadlines = { connect: 5_000, idle: 15_000 };

/** A backend without what all have alike. Its functions throw `Failed`, and what the system throws of local files. */
export type Bare = {
  entries(keys: readonly Digest[]): Promise<Entries>;
  putEntry(key: Digest, entry: Entry, replace: boolean): Promise<void>;
  missing(blobs: readonly BlobId[]): Promise<readonly BlobId[]>;
  fetch(
    blobs: readonly BlobId[],
    path: (blob: BlobId) => string,
    onBytes: OnBytes,
  ): Promise<ReadonlyMap<Digest, "absent" | "altered">>;
  put(blobs: readonly BlobId[], path: (blob: BlobId) => string, onBytes: OnBytes): Promise<void>;
  close(): Promise<void>;
};

/** What a backend is made from. */
export type Opening = {
  readonly url: URL;
  /** Of the cache, as it may be shown. */
  readonly name: string;
  readonly options: BackendOptions & Required<Pick<BackendOptions, "deadlines">>;
  readonly counters: Counters;
};

/** What is larger than an entry can be is none: 4 MiB, which is also what gRPC takes by default. */
export const largestEntry = 4 * 1024 * 1024;
