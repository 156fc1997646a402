import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Digest, digestOf } from "../../base/digest.ts";
import { type Bare, type BlobId, largestEntry, type Opening } from "./backend.ts";
import { decodeEntry, encodeEntry, entriesFound, type Found, type Read } from "./entry.ts";
import { receive } from "./receive.ts";
import { credentialsFor } from "./transport/credentials.ts";
import { failure } from "./transport/failure.ts";
import {
  type Body,
  connections,
  type HttpClient,
  type HttpRequest,
  httpClient,
} from "./transport/httpClient.ts";
import { untilOneFails } from "./transport/watch.ts";

/**
 * A server that keeps files by `GET`, `HEAD` and `PUT`, as Bazel's remote cache asks it
 * (bazel.build/remote/caching#http-caching): `/ac/<key>` for entries, `/cas/<digest>` for blobs, below the address's path.
 */
export function httpBackend(opening: Opening): Bare {
  const { url, name, options, counters } = opening;
  const { env, deadlines, tls = {}, headers = {}, credentialHelper, signal } = options;
  const credentials = credentialsFor(url, { env, name, signal, credentialHelper });
  const client = httpClient({ name, env, deadlines, tls, counters, credentials, headers });
  const base = url.pathname.replace(/\/+$/, "");
  return storeOfFiles(opening, {
    client,
    address(kind, key) {
      const to = new URL(url);
      to.pathname = `${base}/${kind}/${key}`;
      return to;
    },
  });
}

/** How a store of files is asked. */
export type Files = {
  readonly client: HttpClient;
  readonly address: (kind: "ac" | "cas", key: Digest) => URL | Promise<URL>;
  /** What a request needs besides, for example a signature. `content` is the digest of what is sent. */
  readonly headers?: (asked: Asked) => Promise<Readonly<Record<string, string>>>;
  /** Why there is nothing at all, of an answer with 404. Undefined: only this one file is absent. */
  readonly whyNothing?: (text: string) => string | undefined;
  /** What of an answer's body is said to the user. Default: all, if it is text. */
  readonly explain?: (text: string) => string;
};

export type Asked = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Digest | undefined;
};

/** A cache on a server that keeps one file by each address, whatever it is. */
export function storeOfFiles({ name, options: { signal } }: Opening, files: Files): Bare {
  const { client, address, explain } = files;
  const each = <T, R>(items: readonly T[], run: (item: T, signal: AbortSignal) => Promise<R>) =>
    untilOneFails(items, { limit: connections, signal }, run);
  type Asking<T> = Omit<HttpRequest<T>, "headers" | "explain"> & {
    readonly extra?: () => Readonly<Record<string, string>>;
    readonly content?: Digest;
  };
  const exchange = <T>({ extra, content, ...request }: Asking<T>): Promise<T> =>
    client.exchange({
      ...request,
      ...(explain && { explain }),
      async headers(url) {
        const headers = extra?.() ?? {};
        return files.headers ? files.headers({ method: request.method, url, headers, content }) : headers;
      },
    });

  const fetchBlob = async (blob: BlobId, file: string, { signal, onBytes }: Fetching) => {
    using receiver = receive(blob, file);
    const outcome = await exchange({
      method: "GET",
      url: await address("cas", blob.digest),
      signal,
      extra: (): Record<string, string> => (receiver.at > 0 ? { range: `bytes=${receiver.at}-` } : {}),
      headway: () => receiver.at,
      // All of it may have come before the connection broke off.
      expects: (status) => [200, 206, 404, 410, 416].includes(status),
      async read({ status, headers, body }) {
        if (status === 404 || status === 410) return "absent";
        if (status === 416) return receiver.finish() ? "whole" : "altered";
        const [, begin] = /^bytes (\d+)-/.exec(headers["content-range"] ?? "") ?? [];
        if (status === 206 && Number(begin) !== receiver.at) return "altered";
        if (status === 200 && receiver.at > 0) receiver.restart();
        const length = headers["content-length"];
        if (length !== undefined && receiver.at + Number(length) !== blob.size) return "altered";
        for await (const chunk of body) {
          onBytes(chunk.length);
          if (!receiver.take(chunk)) return "altered";
        }
        return receiver.finish() ? "whole" : "altered";
      },
    });
    return outcome === "whole" ? undefined : outcome;
  };

  const readKept = async (key: Digest, signal: AbortSignal): Promise<Read | "unreadable" | undefined> =>
    exchange({
      method: "GET",
      url: await address("ac", key),
      signal,
      expects: (status) => [200, 404, 410].includes(status),
      async read({ status, body }) {
        const bytes = await bytesOf(body, largestEntry);
        if (status !== 200) {
          const why = files.whyNothing?.(Buffer.from(bytes ?? []).toString());
          if (why !== undefined) throw failure("cache-refused", name, why, "check the address");
          return undefined;
        }
        return (bytes && decodeEntry(bytes)) ?? "unreadable";
      },
    });

  const readStatement = async (blob: BlobId, signal: AbortSignal): Promise<Uint8Array | undefined> =>
    exchange({
      method: "GET",
      url: await address("cas", blob.digest),
      signal,
      expects: (status) => [200, 404, 410].includes(status),
      read: async ({ status, body }) => (status === 200 ? bytesOf(body, largestEntry) : undefined),
    });

  const readEntry = async (key: Digest, signal: AbortSignal): Promise<Found> => {
    const kept = await readKept(key, signal);
    if (kept === undefined || kept === "unreadable") return kept;
    const { statement, blobs } = kept;
    if (statement instanceof Uint8Array) return { statement, blobs };
    // The server may have made a blob of a long one.
    const bytes = await readStatement(statement, signal);
    return bytes ? { statement: bytes, blobs } : "unreadable";
  };

  const put = async (to: URL, content: Digest, { body, signal, extra }: Putting): Promise<void> => {
    const status = await exchange({
      method: "PUT",
      url: to,
      signal,
      body,
      content,
      ...(extra && { extra: () => extra }),
      // What is there already stays (RFC 9110, 13.1.2); of two that write at once, some answer 409 to one.
      expects: (status) =>
        [200, 201, 202, 204].includes(status) || (extra !== undefined && [409, 412, 501].includes(status)),
      read: async ({ status }) => status,
    });
    // Some stores refuse conditions that they do not know.
    if (status === 501) await put(to, content, { body, signal });
  };

  return {
    entries: async (keys) => entriesFound(keys, await each(keys, readEntry)),
    async putEntry(key, entry, replace) {
      const bytes = encodeEntry(entry);
      await put(await address("ac", key), digestOf(bytes), {
        signal,
        body: { size: bytes.length, open: () => inOne(bytes) },
        ...(!replace && { extra: { "if-none-match": "*" } }),
      });
    },
    async missing(blobs) {
      const there = await each(blobs, async (blob, signal) =>
        exchange({
          method: "HEAD",
          url: await address("cas", blob.digest),
          signal,
          // Who does not know HEAD is sent everything.
          expects: (status) => [200, 204, 404, 405, 410, 501].includes(status),
          read: async ({ status, headers }) => {
            const length = headers["content-length"];
            return status < 300 && (length === undefined || Number(length) === blob.size);
          },
        }),
      );
      return blobs.filter((_, index) => !there[index]);
    },
    async fetch(blobs, path, onBytes) {
      const failed = new Map<Digest, "absent" | "altered">();
      await each(blobs, async (blob, signal) => {
        const outcome = await fetchBlob(blob, path(blob), { signal, onBytes });
        if (outcome) failed.set(blob.digest, outcome);
      });
      return failed;
    },
    async put(blobs, path, onBytes) {
      await each(blobs, async (blob, signal) => {
        await put(await address("cas", blob.digest), blob.digest, {
          signal,
          body: { size: blob.size, open: () => told(contentOf(path(blob), blob.size), onBytes) },
        });
      });
    },
    async close() {
      await client[Symbol.asyncDispose]();
    },
  };
}

type Fetching = { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void };

type Putting = {
  readonly signal: AbortSignal;
  readonly body: Body;
  readonly extra?: Readonly<Record<string, string>>;
};

/** Below that a file is read in one go, and sent with its header in one packet. */
const small = 64 * 1024;

async function* contentOf(file: string, size: number): AsyncIterable<Uint8Array> {
  if (size <= small) yield await readFile(file);
  else yield* createReadStream(file, { highWaterMark: 256 * 1024 });
}

async function* inOne(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

async function* told(chunks: AsyncIterable<Uint8Array>, onBytes: (bytes: number) => void) {
  for await (const chunk of chunks) {
    yield chunk;
    onBytes(chunk.length);
  }
}

/** All of a body; undefined if it has more than so many bytes. */
async function bytesOf(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
