import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { PassThrough, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { extract } from "tar";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { errorCode } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { systemError } from "../../base/systemError.ts";
import { stopped } from "../progress.ts";

type Extracting = {
  /** What the archive is called in messages. */
  readonly name: string;
  readonly into: string;
  /** How many directories at the beginning of each path are left out. */
  readonly strip: number;
  readonly signal: AbortSignal;
  /** Told how many bytes of the archive are unpacked. */
  readonly onProgress?: (done: number) => void;
};

/**
 * Extracts an archive of tar, packed by `xz`, `zstd`, `gzip` or by nothing, whatever it is called. When this returns, nothing is
 * written any more, whatever happened.
 *
 * By `xz` itself: releases since Rust 1.91 want a dictionary of 96 MiB, more than decoders in JavaScript have. Releases
 * before Rust 1.19 are packed with `gzip`.
 *
 * Errors: a line why it is no such archive; else `xz-missing`, `interrupted`, `disk-full` and others of the system.
 */
export async function extractArchive(
  archive: string,
  { name, into, strip, signal, onProgress }: Extracting,
): Promise<Result<void, Diagnostic | string>> {
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    let done = 0;
    for await (const chunk of chunks) {
      done += chunk.length;
      onProgress?.(done);
      yield chunk;
    }
  };
  // At once: a write that is still under way when another fails would meet the removal of its directory.
  const files = extract({ cwd: into, strip, strict: true, preserveOwner: false, sync: true });
  const caught = (error: unknown) => error;
  let [thrown, status, said]: [unknown, unknown, string] = [undefined, 0, ""];
  const packed = createReadStream(archive);
  const decoder = decoderOf(archive);
  if (decoder) {
    thrown = await pipeline(packed, counted, decoder, files, { signal }).catch(caught);
  } else {
    const xz = spawn("xz", ["--decompress", "--stdout"], { signal });
    xz.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    const ended = once(xz, "close").then(([code]) => code as unknown, caught);
    // What `xz` does not want any more is told by its status.
    const fed = pipeline(packed, counted, xz.stdin).catch(caught);
    thrown = await pipeline(xz.stdout, files, { signal }).catch(caught);
    if (thrown !== undefined) xz.kill();
    await fed;
    status = await ended;
  }
  if (signal.aborted) return err(stopped());
  if (errorCode(status) === "ENOENT") return err(noXz());
  if (thrown === undefined && status === 0) return ok();
  const clash = clashing(thrown);
  if (clash !== undefined) return err(`\`${clash}\` in it is a file and a directory`);
  const cause = said.trim() || (thrown instanceof Error ? thrown.message : `\`xz\` ended with ${status}`);
  return err(systemError(thrown, `unpacking ${name}`) ?? cause);
}

/** What unpacks an archive, by how it begins; undefined: `xz`. */
function decoderOf(archive: string): Transform | undefined {
  const head = Buffer.alloc(4);
  const descriptor = openSync(archive, "r");
  readSync(descriptor, head);
  closeSync(descriptor);
  switch (head.toString("hex")) {
    case "28b52ffd":
      return createZstdDecompress();
    case "fd377a58":
      return undefined;
    default:
      return head.toString("hex").startsWith("1f8b") ? createGunzip() : new PassThrough();
  }
}

/** The path in an archive at which, by an earlier one, something of another kind lies. */
function clashing(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error && "code" in thrown && "entry" in thrown)) return undefined;
  const { code, entry } = thrown;
  const isClash = ["ENOTEMPTY", "ENOTDIR", "EISDIR", "EEXIST"].includes(String(code));
  if (!isClash || typeof entry !== "object" || entry === null || !("path" in entry)) return undefined;
  return String(entry.path);
}

export function noXz(): Diagnostic {
  return diagnostic("xz-missing", "`xz`, which toolchains are packed with, is not installed", {
    help: ["apt-get install xz-utils", "dnf install xz; pacman -S xz; apk add xz"],
  });
}
