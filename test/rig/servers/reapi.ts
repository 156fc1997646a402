import { createServer } from "node:http2";
import type { Socket } from "node:net";
import { Code, ConnectError, type ConnectRouter, type Interceptor } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { digestOf } from "../../../src/base/digest.ts";
import { ActionCache, type ActionResult } from "../../../src/cache/backend/reapi/action_cache_pb.ts";
import { ContentAddressableStorage } from "../../../src/cache/backend/reapi/blobs_pb.ts";
import { ByteStream } from "../../../src/cache/backend/reapi/byte_stream_pb.ts";
import { Capabilities } from "../../../src/cache/backend/reapi/capabilities_pb.ts";
import { listen } from "../listen.ts";

/** A server of the Remote Execution API in this process, which believes what it is sent. */
export type ReapiServer = AsyncDisposable & {
  readonly url: string;
  readonly entries: Map<string, ActionResult>;
  readonly blobs: Map<string, Uint8Array>;
  /** Names of the calls that it got. */
  readonly asked: string[];
};

export type Says = {
  readonly digestFunctions?: number[];
  readonly batch?: number;
  readonly updateEnabled?: boolean;
};

/** @param behave fails, or answers, in the place of the server; `next` is the server itself */
export async function reapiServer(
  says: Says = {},
  behave: Interceptor = (next) => next,
): Promise<ReapiServer> {
  const entries = new Map<string, ActionResult>();
  const blobs = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const uploads = new Map<string, { chunks: Uint8Array[]; size: number; isComplete: boolean }>();
  const absent = (what: string) => new ConnectError(`${what} is absent`, Code.NotFound);
  const routes = (router: ConnectRouter) => {
    router.service(Capabilities, {
      getCapabilities: () => ({
        cacheCapabilities: {
          digestFunctions: says.digestFunctions ?? [1],
          maxBatchTotalSizeBytes: BigInt(says.batch ?? 0),
          actionCacheUpdateCapabilities: { updateEnabled: says.updateEnabled ?? true },
        },
      }),
    });
    router.service(ActionCache, {
      getActionResult({ actionDigest }) {
        const result = entries.get(actionDigest?.hash ?? "");
        if (!result) throw absent("the action");
        return result;
      },
      updateActionResult({ actionDigest, actionResult }) {
        if (!actionDigest || !actionResult) throw new ConnectError("no action", Code.InvalidArgument);
        entries.set(actionDigest.hash, actionResult);
        return actionResult;
      },
    });
    router.service(ContentAddressableStorage, {
      findMissingBlobs: ({ blobDigests }) => ({
        missingBlobDigests: blobDigests.filter(({ hash }) => !blobs.has(hash)),
      }),
      batchReadBlobs: ({ digests }) => ({
        responses: digests.map((digest) => {
          const data = blobs.get(digest.hash);
          return data ? { digest, data: new Uint8Array(data) } : { digest, status: { code: Code.NotFound } };
        }),
      }),
      batchUpdateBlobs({ requests }) {
        for (const { digest, data } of requests) if (digest) blobs.set(digest.hash, data);
        return {
          responses: requests.map(({ digest }) => ({ ...(digest && { digest }), status: { code: 0 } })),
        };
      },
    });
    router.service(ByteStream, {
      async *read({ resourceName, readOffset }) {
        const data = blobs.get(/blobs\/([0-9a-f]{64})\//.exec(resourceName)?.[1] ?? "");
        if (!data) throw absent("the blob");
        for (let at = Number(readOffset); at < data.length; at += 50_000)
          yield { data: new Uint8Array(data.subarray(at, at + 50_000)) };
      },
      async write(requests) {
        let name = "";
        for await (const { resourceName, writeOffset, data, finishWrite } of requests) {
          name ||= resourceName;
          const upload = uploads.get(name) ?? { chunks: [], size: 0, isComplete: false };
          if (Number(writeOffset) !== upload.size)
            throw new ConnectError("another offset", Code.InvalidArgument);
          upload.chunks.push(data);
          upload.size += data.length;
          upload.isComplete = finishWrite;
          uploads.set(name, upload);
          const all = finishWrite ? Buffer.concat(upload.chunks) : undefined;
          if (all) blobs.set(digestOf(all), all);
        }
        return { committedSize: BigInt(uploads.get(name)?.size ?? 0) };
      },
      queryWriteStatus({ resourceName }) {
        const upload = uploads.get(resourceName);
        return { committedSize: BigInt(upload?.size ?? 0), complete: upload?.isComplete ?? false };
      },
    });
  };
  const noting: Interceptor = (next) => (call) => {
    asked.push(call.method.name);
    return next(call);
  };
  const server = createServer(connectNodeAdapter({ routes, interceptors: [noting, behave] }));
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  const port = await listen(server);
  return {
    url: `grpc://127.0.0.1:${port}`,
    entries,
    blobs,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
