import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { systemError } from "../../base/systemError.ts";
import { redact } from "../../cargo/redact.ts";
import { stopped } from "../progress.ts";

type Downloading = {
  readonly url: string;
  /** Of the whole file. */
  readonly sha256: string;
  /** Where it goes; what an earlier attempt left there is gone on with. */
  readonly to: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told how many bytes there are, and how many there will be, where the server says so. */
  readonly onProgress: (done: number, total: number | undefined) => void;
};

/**
 * Downloads a file and verifies it. A transfer that broke off is gone on with where it stopped, now or in a later call;
 * what does not fit the checksum is removed.
 *
 * Errors: `download-failed`, `checksum-mismatch`, `interrupted`, `disk-full`.
 */
export async function download(file: Downloading): Promise<Result<void>> {
  mkdirSync(dirname(file.to), { recursive: true });
  for (let attempt = 1; ; attempt += 1) {
    const before = sizeOf(file.to);
    const problem = await transfer(file);
    if (problem === undefined) break;
    if (problem.isFinal) return err(problem.error);
    // What makes headway goes on; what does not is tried as often as Cargo tries.
    if (sizeOf(file.to) > before) attempt = 1;
    if (attempt === attempts) return err(problem.error);
    await pause(attempt * 500, file.signal);
  }
  const found = await digestOfFile(file.to);
  if (found === file.sha256) return ok();
  rmSync(file.to, { force: true });
  return err(
    diagnostic("checksum-mismatch", `checksum failed for \`${redact(file.url)}\``, {
      notes: [`expected   ${file.sha256}`, `calculated ${found}`],
      help: ["try again; if it happens once more, the server or a proxy on the way to it gives other files"],
    }),
  );
}

/** Cargo's `net.retry` is 3, rustup's `RUSTUP_MAX_RETRIES` likewise. */
const attempts = 3;

/**
 * The text at an address, with what it must have as checksum, if anything; undefined where the server has no such file.
 *
 * Errors: `download-failed`, `interrupted`.
 */
export async function downloadText(
  url: string,
  { env, signal }: Pick<Downloading, "env" | "signal">,
): Promise<Result<string | undefined>> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await ask(url, 0, { env, signal });
    if ("body" in answer) return ok(await textOf(answer.body));
    if (answer.status === 404) return ok(undefined);
    if (answer.isFinal || attempt === attempts) return err(answer.error);
    await pause(attempt * 500, signal);
  }
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

type Problem = { readonly isFinal: boolean; readonly status?: number; readonly error: Diagnostic };
type Answer = {
  readonly body: Readable;
  /** Where in the file the body begins. */
  readonly from: number;
  readonly total: number | undefined;
};

/** Brings what is missing of a file; what went wrong, if something did. */
async function transfer({ url, to, env, signal, onProgress }: Downloading): Promise<Problem | undefined> {
  const have = sizeOf(to);
  const answer = await ask(url, have, { env, signal });
  if (!("body" in answer)) {
    // All of it is there, or more: the checksum tells.
    if (answer.status === 416 && have > 0) return undefined;
    return answer;
  }
  let done = answer.from;
  onProgress(done, answer.total);
  answer.body.on("data", (chunk: Buffer) => {
    done += chunk.length;
    onProgress(done, answer.total);
  });
  try {
    await pipeline(answer.body, createWriteStream(to, { flags: answer.from === 0 ? "w" : "a" }), { signal });
  } catch (thrown) {
    return problemOf(url, thrown, signal);
  }
  return undefined;
}

async function ask(
  url: string,
  from: number,
  { env, signal }: Pick<Downloading, "env" | "signal">,
): Promise<Answer | Problem> {
  if (url.startsWith("file://")) return fileAt(url);
  useProxies(env);
  try {
    const headers: Record<string, string> = from === 0 ? {} : { range: `bytes=${from}-` };
    const answer = await fetch(url, { headers, signal });
    if (!answer.ok || answer.body === null) {
      await answer.body?.cancel();
      const { status, statusText } = answer;
      const isFinal = status !== 408 && status !== 429 && status < 500;
      return { isFinal, status, error: failed(url, `the server answered ${status} ${statusText}`.trim()) };
    }
    const start = answer.status === 206 ? from : 0;
    const length = Number(answer.headers.get("content-length") ?? Number.NaN);
    return {
      body: Readable.fromWeb(answer.body),
      from: start,
      total: Number.isNaN(length) ? undefined : start + length,
    };
  } catch (thrown) {
    return problemOf(url, thrown, signal);
  }
}

function fileAt(url: string): Answer | Problem {
  const path = fileURLToPath(url);
  if (!existsSync(path)) return { isFinal: true, status: 404, error: failed(url, "there is no such file") };
  const body = createReadStream(path);
  return {
    body,
    from: 0,
    total: statSync(path).size,
  };
}

let proxies = "";

/** Node asks proxies only where it is told to (`http.setGlobalProxyFromEnv`, Node 24.14). */
function useProxies(env: NodeJS.ProcessEnv): void {
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
  const wanted = Object.fromEntries(names.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  if (JSON.stringify(wanted) === proxies || Object.keys(wanted).length === 0) return;
  proxies = JSON.stringify(wanted);
  http.setGlobalProxyFromEnv?.(wanted);
}

function problemOf(url: string, thrown: unknown, signal: AbortSignal): Problem {
  if (signal.aborted) return { isFinal: true, error: stopped() };
  const known = systemError(thrown, `downloading \`${redact(url)}\``);
  if (known?.code === "disk-full") return { isFinal: true, error: known };
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return { isFinal: false, error: failed(url, text) };
}

function failed(url: string, cause: string): Diagnostic {
  return diagnostic("download-failed", `cannot download \`${redact(url)}\``, {
    causes: [cause],
    help: ["what was downloaded so far is kept: run the same command again"],
  });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { setTimeout: wait } = await import("node:timers/promises");
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}
