import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { promisify } from "node:util";
import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  type ZstdDecompress,
  zstdCompress,
} from "node:zlib";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { digestOf } from "../../base/digest.ts";
import type { BlobId, OnBytes } from "./backend.ts";
import { ByteStream } from "./reapi/byte_stream_pb.ts";
import { type Receiver, receive } from "./receive.ts";
import type { GrpcClient } from "./transport/grpcClient.ts";

type Made = {
  readonly client: GrpcClient;
  readonly instanceName: string;
  readonly counters: { requests: number; received: number; sent: number };
};

type Transfer = {
  readonly signal: AbortSignal;
  readonly onBytes: OnBytes;
  /** Whether the server can send and take blobs compressed. */
  readonly isZstd: boolean;
};

/** Blobs one by one, of any size, which are gone on with where a transfer broke off. */
export function byteStream({ client, instanceName, counters }: Made) {
  const stream = createClient(ByteStream, client.transport);
  const prefix = instanceName === "" ? "" : `${instanceName}/`;
  const nameOf = ({ digest, size }: BlobId, kind: Kind): string => `${kind}/${digest}/${size}`;

  async function* chunksOf(
    resourceName: string,
    from: number,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    for await (const { data } of stream.read({ resourceName, readOffset: BigInt(from) }, { signal })) {
      counters.received += data.length;
      yield data;
    }
  }

  const read = async (blob: BlobId, file: string, { signal, onBytes, isZstd }: Transfer) => {
    using receiver = receive(blob, file);
    const kind = isZstd ? "compressed-blobs/zstd" : "blobs";
    // Awaited here, since the file is closed at the end of this.
    return await client.call({ signal, headway: () => receiver.at }, async (signal) => {
      // Offsets are those of the blob itself, compressed or not.
      const chunks = chunksOf(`${prefix}${nameOf(blob, kind)}`, receiver.at, signal);
      try {
        return await take(receiver, isZstd ? unpacked(chunks) : chunks, onBytes);
      } catch (thrown) {
        if (isCode(thrown, Code.NotFound)) return "absent";
        if (isZstdError(thrown) || isCode(thrown, Code.OutOfRange)) return "altered";
        throw thrown;
      }
    });
  };

  /** A small blob, in memory; undefined where it is absent, or other bytes. */
  const bytes = async (blob: BlobId, signal: AbortSignal): Promise<Uint8Array | undefined> =>
    client.call({ signal }, async (signal) => {
      const chunks: Uint8Array[] = [];
      let size = 0;
      try {
        for await (const chunk of chunksOf(`${prefix}${nameOf(blob, "blobs")}`, 0, signal)) {
          chunks.push(chunk);
          size += chunk.length;
          if (size > blob.size) return undefined;
        }
      } catch (thrown) {
        if (isCode(thrown, Code.NotFound)) return undefined;
        throw thrown;
      }
      const whole = Buffer.concat(chunks);
      return digestOf(whole) === blob.digest ? whole : undefined;
    });

  const write = async (blob: BlobId, file: string, { signal, onBytes, isZstd }: Transfer): Promise<void> => {
    const isSmaller = isZstd && (await compresses(file));
    let [name, committed] = [uploadName(blob, isSmaller), 0];
    await client.call({ signal, sending: true, headway: () => committed }, async (signal) => {
      // Of what is compressed, no second attempt makes the same bytes for certain.
      if (committed > 0 && isSmaller) [name, committed] = [uploadName(blob, isSmaller), 0];
      try {
        await stream.write(requests(name, committed), { signal });
      } catch (thrown) {
        const status = await stream
          .queryWriteStatus({ resourceName: name }, { signal })
          .catch(() => undefined);
        counters.requests += 1;
        if (status?.complete) return;
        // A server that forgot it is sent it anew, under another name.
        committed = Math.min(Number(status?.committedSize ?? 0n), blob.size);
        if (committed === 0) name = uploadName(blob, isSmaller);
        throw thrown;
      }
    });

    async function* requests(resourceName: string, from: number) {
      let at = from;
      const source = createReadStream(file, { start: from, highWaterMark: piece });
      const chunks: AsyncIterable<Uint8Array> = isSmaller ? packed(source) : source;
      // Only the first message needs the name.
      for await (const data of chunks) {
        yield {
          resourceName: at === from ? resourceName : "",
          writeOffset: BigInt(at),
          data: new Uint8Array(data),
          finishWrite: false,
        };
        at += data.length;
        counters.sent += data.length;
        if (!isSmaller) onBytes(data.length);
      }
      if (isSmaller) onBytes(blob.size);
      yield { resourceName: at === from ? resourceName : "", writeOffset: BigInt(at), finishWrite: true };
    }
  };

  function uploadName(blob: BlobId, isCompressed: boolean): string {
    return `${prefix}uploads/${randomUUID()}/${nameOf(blob, isCompressed ? "compressed-blobs/zstd" : "blobs")}`;
  }

  return { read, bytes, write };
}

type Kind = "blobs" | "compressed-blobs/zstd";

const piece = 256 * 1024;

async function take(receiver: Receiver, chunks: AsyncIterable<Uint8Array>, onBytes: OnBytes) {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    if (!receiver.take(chunk)) return "altered";
  }
  return receiver.finish() ? "whole" : "altered";
}

/**
 * Unpacks frames of zstd that stand one after the other, piece by piece, so that nothing swells beyond what is taken. Node's
 * stream ends where a frame ends within a piece, without a word (24.21): what it did not consume is another's.
 */
async function* unpacked(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let unpacker: ZstdDecompress | undefined;
  try {
    for await (const chunk of chunks) {
      for (let rest = chunk; rest.length > 0; ) {
        unpacker ??= createZstdDecompress();
        const before: number = unpacker.bytesWritten;
        yield* written(unpacker, rest);
        rest = rest.subarray(unpacker.bytesWritten - before);
        if (rest.length > 0) unpacker = undefined;
      }
    }
  } finally {
    unpacker?.destroy();
  }
}

/** Writes a piece, and gives what becomes of it until all is consumed, or as much as is wanted. */
async function* written(unpacker: ZstdDecompress, chunk: Uint8Array): AsyncIterable<Uint8Array> {
  let isDone = false;
  let failed: Error | null | undefined;
  let wake = () => {};
  const done = (error?: Error | null): void => {
    isDone = true;
    failed ??= error;
    wake();
  };
  const onReadable = () => wake();
  unpacker.on("readable", onReadable).once("error", done);
  unpacker.write(chunk, done);
  while (true) {
    const next: Buffer | null = unpacker.read();
    if (next) yield next;
    else if (failed) throw failed;
    else if (isDone) break;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
  unpacker.off("readable", onReadable).off("error", done);
}

function packed(source: Readable): AsyncIterable<Uint8Array> {
  return pipeline(source, createZstdCompress({ chunkSize: piece }), () => {});
}

/** Whether a file's beginning gets smaller by a tenth: most of what is kept is compressed already. */
async function compresses(file: string): Promise<boolean> {
  await using handle = await open(file);
  const sample = Buffer.alloc(64 * 1024);
  const { bytesRead } = await handle.read(sample, 0, sample.length, 0);
  const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
  const smaller = await promisify(zstdCompress)(sample.subarray(0, bytesRead), options);
  return smaller.length < bytesRead * 0.9;
}

function isCode(thrown: unknown, code: Code): boolean {
  return thrown instanceof ConnectError && thrown.code === code;
}

function isZstdError(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && /^ZSTD_|^ERR_ZSTD/.test(String(thrown.code));
}
