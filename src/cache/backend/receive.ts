import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { digester } from "../../base/digest.ts";
import type { BlobId } from "./backend.ts";

/** A file that a blob is written to as it comes. Disposed of before it is whole, it is removed. */
export type Receiver = Disposable & {
  /** How many bytes there are. */
  readonly at: number;
  /** Takes what comes next. False: it is more than the blob has, and nothing else is wanted. */
  take(chunk: Uint8Array): boolean;
  /** Begins anew. */
  restart(): void;
  /** Whether the file is the blob, once nothing else comes; it is removed otherwise. */
  finish(): boolean;
};

/**
 * Receives a blob, and verifies it meanwhile.
 *
 * @throws what the system throws of the file
 */
export function receive(blob: BlobId, file: string): Receiver {
  const descriptor = openSync(file, "w");
  let hash = digester();
  let at = 0;
  let isOpen = true;
  const end = (isWhole: boolean): boolean => {
    if (isOpen) closeSync(descriptor);
    if (isOpen && !isWhole) rmSync(file, { force: true });
    isOpen = false;
    return isWhole;
  };
  return {
    get at() {
      return at;
    },
    take(chunk) {
      if (at + chunk.length > blob.size) return false;
      for (let done = 0; done < chunk.length; )
        done += writeSync(descriptor, chunk, done, chunk.length - done, at + done);
      hash.update(chunk);
      at += chunk.length;
      return true;
    },
    restart() {
      ftruncateSync(descriptor);
      hash = digester();
      at = 0;
    },
    finish: () => end(at === blob.size && hash.finish() === blob.digest),
    [Symbol.dispose]: () => void end(false),
  };
}
