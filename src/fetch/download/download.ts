import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import { ask, type Bounded, type Problem, problemOf, TooLong } from "./transfer.ts";

type Downloading = Bounded & {
  readonly url: string;
  /** Of the whole file. */
  readonly sha256: string;
  /** Where it goes; what an earlier attempt left there is gone on with. */
  readonly to: string;
  /** Told how many bytes there are, and how many there will be, where the server says so. */
  readonly onProgress: (done: number, total: number | undefined) => void;
};

/**
 * Downloads a file and verifies it. A transfer that broke off is gone on with where it stopped, now or in a later call;
 * what does not fit the checksum is removed.
 *
 * Errors: `download-failed`, `checksum-mismatch`, `interrupted`, `disk-full`, `not-permitted`.
 */
export async function download(file: Downloading): Promise<Result<void>> {
  const { url, to, sha256 } = file;
  mkdirSync(dirname(to), { recursive: true });
  // A power cut, or another mirror, may have left what this server's file does not go on from.
  for (let isResumed = sizeOf(to) > 0; ; isResumed = false) {
    const fetched = await persistently(file, transfer);
    if (!fetched.ok) return fetched;
    const found = await digestOfFile(to);
    if (found === sha256) return ok();
    rmSync(to, { force: true });
    if (!isResumed) {
      return err(
        diagnostic("checksum-mismatch", `checksum failed for \`${redact(url)}\``, {
          notes: [`expected   ${sha256}`, `calculated ${found}`],
          help: [
            "try again; if it happens once more, the server or a proxy on the way to it gives other files",
          ],
        }),
      );
    }
  }
}

/**
 * The text at an address; undefined where the server has no such file.
 *
 * Errors: `download-failed`, `interrupted`.
 */
export async function downloadText(url: string, asking: Bounded): Promise<Result<string | undefined>> {
  const bytes = await downloadBytes(url, asking);
  return bytes.ok ? ok(bytes.value?.toString("utf8")) : bytes;
}

/** The same, as it is there. */
export async function downloadBytes(url: string, asking: Bounded): Promise<Result<Buffer | undefined>> {
  return persistently({ ...asking, url, to: "" }, async (attempt) => {
    const answer = await ask(url, 0, attempt);
    if (!("body" in answer)) return answer.status === 404 ? ok(undefined) : err(answer);
    const chunks: Uint8Array[] = [];
    try {
      for await (const chunk of answer.body) chunks.push(chunk);
    } catch (thrown) {
      return err(problemOf(url, thrown, asking.signal));
    }
    return ok(Buffer.concat(chunks));
  });
}

/** Cargo's `net.retry` is 3, rustup's `RUSTUP_MAX_RETRIES` likewise. */
const attempts = 3;

/** Does what may fail again, a little later each time, and for as long as it makes headway. */
async function persistently<T, F extends Bounded & Pick<Downloading, "url" | "to">>(
  file: F,
  work: (file: F) => Promise<Result<T, Problem>>,
): Promise<Result<T>> {
  const { url, to, signal } = file;
  for (let attempt = 1; ; attempt += 1) {
    const [before, begun] = [sizeOf(to), performance.now()];
    const onWait = (text: string) => file.onWait?.(`${text}, attempt ${attempt} of ${attempts}`);
    const result = await work({ ...file, onWait });
    if (result.ok) return result;
    if (sizeOf(to) > before) attempt = 1;
    const { isFinal, error } = result.error;
    if (isFinal) return err(error);
    if (attempt === attempts) return err({ ...error, help: [...error.help, again(sizeOf(to) > 0)] });
    await wait(attempt * 500, undefined, { signal }).catch(() => undefined);
    // What fails at once is told once, in the end.
    if (performance.now() - begun > 1000 && !signal.aborted)
      file.onWait?.(
        `asking ${new URL(url).host} again, attempt ${attempt + 1} of ${attempts}: ${error.causes.join(": ")}`,
      );
  }
}

function again(isKept: boolean): string {
  return isKept
    ? "what was downloaded so far is kept: run the same command again"
    : "run the same command again";
}

/** Brings what is missing of a file. */
async function transfer(asked: Downloading): Promise<Result<void, Problem>> {
  const { url, to, signal, onProgress } = asked;
  const have = sizeOf(to);
  const answer = await ask(url, have, asked);
  if (!("body" in answer)) {
    // All of it is there, or more: the checksum tells.
    return answer.status === 416 && have > 0 ? ok() : err(answer);
  }
  const { body, from, total } = answer;
  const counted = async function* () {
    let done = from;
    onProgress(done, total);
    for await (const chunk of body) {
      done += chunk.length;
      onProgress(done, total);
      yield chunk;
    }
  };
  const file = createWriteStream(to, { flags: from === 0 ? "w" : "a" });
  try {
    await pipeline(counted, file, { signal });
  } catch (thrown) {
    // It may not even be open yet, and would be there again after its removal.
    if (!file.closed) await new Promise<void>((resolve) => file.once("close", resolve));
    const problem = problemOf(url, thrown, signal);
    // Nothing can go on from what is no part of the file.
    if (thrown instanceof TooLong) rmSync(to, { force: true });
    return err(problem);
  }
  return ok();
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
