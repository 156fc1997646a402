import { readFile } from "node:fs/promises";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { Digest } from "../../base/digest.ts";
import { type Bare, type BlobId, largestEntry, type OnBytes, type Opening } from "./backend.ts";
import { digestMessage, encodeEntry, entriesFound, entryOf, type Found, resultOf } from "./entry.ts";
import { byteStream } from "./grpcStream.ts";
import { ActionCache } from "./reapi/action_cache_pb.ts";
import { ContentAddressableStorage } from "./reapi/blobs_pb.ts";
import { Capabilities } from "./reapi/capabilities_pb.ts";
import { receive } from "./receive.ts";
import { credentialsFor } from "./transport/credentials.ts";
import { failure } from "./transport/failure.ts";
import { grpcClient } from "./transport/grpcClient.ts";
import { untilOneFails } from "./transport/watch.ts";

/**
 * A server of the Remote Execution API, version 2 (github.com/bazelbuild/remote-apis): small blobs go many to a message, large
 * ones by ByteStream, compressed if the server can. The path of the address is the instance name.
 */
export function grpcBackend(opening: Opening): Bare {
  const { name, options, counters } = opening;
  const { env, deadlines, tls = {}, headers = {}, credentialHelper, signal } = options;
  const url = new URL(opening.url.href.replace(/^grpc(s?):/i, "http$1:"));
  const credentials = credentialsFor(url, { env, name, signal, credentialHelper });
  const client = grpcClient({ url, name, deadlines, tls, counters, credentials, headers });
  const instanceName = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, "");
  const [actions, store, about] = [
    createClient(ActionCache, client.transport),
    createClient(ContentAddressableStorage, client.transport),
    createClient(Capabilities, client.transport),
  ];

  let asked: Promise<Abilities> | undefined;
  /** What the server says of itself, asked once. */
  const abilities = (): Promise<Abilities> => {
    asked ??= client
      .call({ signal }, (signal) => about.getCapabilities({ instanceName }, { signal }))
      .then(({ cacheCapabilities: said }): Abilities => {
        if (said && said.digestFunctions.length > 0 && !said.digestFunctions.includes(sha256))
          throw failure("cache-refused", name, "it keeps nothing by SHA-256", "let the server use SHA-256");
        const most = Number(said?.maxBatchTotalSizeBytes ?? 0n) || usualBatch;
        return {
          batch: Math.max(Math.min(most, usualBatch) - 65_536, 1),
          isZstd: said?.supportedCompressors.includes(zstd) ?? false,
          mayUpdate: said?.actionCacheUpdateCapabilities?.updateEnabled ?? true,
        };
      });
    // Another call may ask again.
    asked.catch(() => {
      asked = undefined;
    });
    return asked;
  };
  const streams = byteStream({ client, instanceName, counters });
  /** What is large begins first. */
  const transfers = (all: readonly ((signal: AbortSignal) => Promise<void>)[]) =>
    untilOneFails(all, { limit: transfersAtOnce, signal }, (run, signal) => run(signal));

  const readBatch = async (
    batch: readonly BlobId[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Uint8Array>> => {
    const { responses } = await client.call({ signal }, (signal) =>
      store.batchReadBlobs({ instanceName, digests: batch.map(digestMessage) }, { signal }),
    );
    const data = new Map<string, Uint8Array>();
    for (const { digest, data: bytes, status } of responses) {
      counters.received += bytes.length;
      if (status && status.code !== 0 && status.code !== Code.NotFound)
        throw failure("cache-failed", name, `the server answered ${Code[status.code]}: ${status.message}`);
      if (digest && !(status?.code === Code.NotFound)) data.set(digest.hash, bytes);
    }
    return data;
  };

  const readEntry = async (key: Digest, signal: AbortSignal): Promise<Found> => {
    const actionDigest = digestMessage({ digest: key, size: keySize });
    const request = { instanceName, actionDigest, inlineStdout: true };
    const result = await client.call({ signal }, (signal) =>
      actions.getActionResult(request, { signal }).catch((thrown: unknown) => {
        if (thrown instanceof ConnectError && thrown.code === Code.NotFound) return undefined;
        throw thrown;
      }),
    );
    if (!result) return undefined;
    const read = entryOf(result);
    if (!read) return "unreadable";
    const { statement, blobs } = read;
    counters.received += encodeEntry({ statement: result.stdoutRaw, blobs }).length;
    if (statement instanceof Uint8Array) return { statement, blobs };
    // The server may have made a blob of a long one.
    if (statement.size > largestEntry) return "unreadable";
    const bytes = await streams.bytes(statement, signal);
    return bytes ? { statement: bytes, blobs } : "unreadable";
  };

  return {
    async entries(keys) {
      return entriesFound(keys, await untilOneFails(keys, { limit: callsAtOnce, signal }, readEntry));
    },
    async putEntry(key, entry) {
      const { mayUpdate } = await abilities();
      if (!mayUpdate)
        throw failure(
          "cache-refused",
          name,
          "its action cache may not be written to",
          "to read only: GANTRY_CACHE_PUSH=never",
        );
      const actionDigest = digestMessage({ digest: key, size: keySize });
      const actionResult = resultOf(entry);
      await client.call({ signal, sending: true }, (signal) =>
        actions.updateActionResult({ instanceName, actionDigest, actionResult }, { signal }),
      );
      counters.sent += encodeEntry(entry).length;
    },
    async missing(blobs) {
      const answers = await untilOneFails(
        inGroups(blobs, 10_000),
        { limit: 4, signal },
        async (group, signal) => {
          const request = { instanceName, blobDigests: group.map(digestMessage) };
          const { missingBlobDigests } = await client.call({ signal }, (signal) =>
            store.findMissingBlobs(request, { signal }),
          );
          return missingBlobDigests.map(({ hash }) => hash);
        },
      );
      const absent = new Set(answers.flat());
      return blobs.filter(({ digest }) => absent.has(digest));
    },
    async fetch(blobs, path, onBytes) {
      const failed = new Map<Digest, "absent" | "altered">();
      const { batch, isZstd } = await abilities();
      const { batches, large } = inBatches(blobs, batch);
      const small = batches.map((group) => async (signal: AbortSignal) => {
        const data = await readBatch(group, signal);
        for (const blob of group) {
          const bytes = data.get(blob.digest);
          // Of the empty blob nobody needs to be asked.
          if (!bytes && blob.size > 0) failed.set(blob.digest, "absent");
          else {
            using receiver = receive(blob, path(blob));
            const fits = receiver.take(bytes ?? new Uint8Array());
            onBytes(bytes?.length ?? 0);
            if (!fits || !receiver.finish()) failed.set(blob.digest, "altered");
          }
        }
      });
      const rest = large.map((blob) => async (signal: AbortSignal) => {
        const outcome = await streams.read(blob, path(blob), { signal, onBytes, isZstd });
        if (outcome !== "whole") failed.set(blob.digest, outcome);
      });
      await transfers([...rest, ...small]);
      return failed;
    },
    async put(blobs, path, onBytes) {
      const { batch, isZstd } = await abilities();
      const { batches, large } = inBatches(blobs, batch);
      const small = batches.map(
        (group) => (signal: AbortSignal) => putBatch(group, { path, signal, onBytes }),
      );
      const rest = large.map(
        (blob) => (signal: AbortSignal) => streams.write(blob, path(blob), { signal, onBytes, isZstd }),
      );
      await transfers([...rest, ...small]);
    },
    async close() {
      client.close();
    },
  };

  async function putBatch(group: readonly BlobId[], { path, signal, onBytes }: Putting): Promise<void> {
    const requests = await Promise.all(
      group.map(async (blob) => ({
        digest: digestMessage(blob),
        data: new Uint8Array(await readFile(path(blob))),
      })),
    );
    const { responses } = await client.call({ signal, sending: true }, (signal) =>
      store.batchUpdateBlobs({ instanceName, requests }, { signal }),
    );
    for (const { digest, status } of responses) {
      if (!status || status.code === 0) continue;
      const kind = status.code === Code.ResourceExhausted ? "cache-full" : "cache-failed";
      throw failure(
        kind,
        name,
        `the server answered ${Code[status.code]} to \`${digest?.hash}\`: ${status.message}`,
      );
    }
    for (const { size } of group) {
      counters.sent += size;
      onBytes(size);
    }
  }
}

type Abilities = {
  /** How many bytes a message may have, without what is around them. */
  readonly batch: number;
  readonly isZstd: boolean;
  readonly mayUpdate: boolean;
};

type Putting = {
  readonly path: (blob: BlobId) => string;
  readonly signal: AbortSignal;
  readonly onBytes: OnBytes;
};

/** Their numbers in the API. */
const [sha256, zstd] = [1, 1];

/** gRPC takes messages of 4 MiB, where nobody says otherwise. */
const usualBatch = 4 * 1024 * 1024;

/** A key is the digest of something that is not kept. Its size is part of a name, and has to be the same each time. */
const keySize = 64;

const [callsAtOnce, transfersAtOnce] = [100, 8];

/** What travels many to a message, and what is large enough to travel alone. */
function inBatches(blobs: readonly BlobId[], most: number) {
  const large = blobs.filter(({ size }) => size > most / 4);
  const batches: BlobId[][] = [];
  let left = 0;
  for (const blob of blobs) {
    if (blob.size > most / 4) continue;
    // With its digest, and with what is around both.
    const size = blob.size + 128;
    if (left < size) {
      batches.push([]);
      left = most;
    }
    batches.at(-1)?.push(blob);
    left -= size;
  }
  return { batches, large };
}

function inGroups<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
