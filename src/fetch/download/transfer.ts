import { createReadStream, statSync } from "node:fs";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { formatBytes } from "../../base/format.ts";
import { type NamedProxy, proxyFor, withoutUser } from "../../base/proxy.ts";
import { rootCause, systemError } from "../../base/systemError.ts";
import { redact } from "../../cargo/redact.ts";
import { stopped } from "../progress.ts";

type Asking = {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told in a line that the user has to wait, and why. */
  readonly onWait?: (text: string) => void;
};

/** With how many bytes may come at most, whatever a server says. */
export type Bounded = Asking & { readonly limit: number };

/** `isFinal`: to ask again would be in vain. */
export type Problem = { readonly isFinal: boolean; readonly status?: number; readonly error: Diagnostic };

export type Answer = {
  /** No more than the server announced, nor than may be. Throws what `problemOf` explains. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Where in the file the body begins: not all servers can begin within it. */
  readonly from: number;
  /** Undefined where the server does not say it. */
  readonly total: number | undefined;
};

/**
 * What a server, or a directory (`file://`), has at an address, from a position on. Redirects are followed. Who sends nothing
 * for a while is left.
 */
export async function ask(
  url: string,
  from: number,
  asking: Bounded,
  redirects = 10,
): Promise<Answer | Problem> {
  const { env, signal, limit } = asking;
  const scheme = URL.canParse(url) ? new URL(url).protocol : "";
  if (scheme === "file:") return fileAt(url, limit);
  if (scheme !== "http:" && scheme !== "https:") return noAddress(url, env);
  const proxy = proxyFor(url, env);
  if (!proxy.ok) return { isFinal: true, error: failed(url, proxy.error, otherProxy(url)) };
  const silence = silenceWatch(url, asking);
  let answered: IncomingMessage | undefined;
  try {
    const answer = await get(url, from, proxy.value, AbortSignal.any([signal, silence.signal]));
    answered = answer;
    const { statusCode: status = 0, headers } = answer;
    const place = headers.location;
    if (status >= 301 && status <= 308 && place !== undefined && URL.canParse(place, url)) {
      silence.end();
      answer.destroy();
      if (redirects === 0)
        return { isFinal: true, error: failed(url, "it only leads from one to the other") };
      return ask(new URL(place, url).href, from, asking, redirects - 1);
    }
    const isPacked = headers["content-encoding"] === "gzip";
    const [, begin, whole] = /^bytes (\d+)-\d*\/(\d+)?/.exec(headers["content-range"] ?? "") ?? [];
    const isPart = status === 206 && Number(begin) === from && !isPacked;
    if (status !== 200 && !isPart) {
      silence.end();
      answer.destroy();
      return status === 206 && from > 0 ? ask(url, 0, asking) : refused(url, answer);
    }
    const length = Number((isPart ? whole : headers["content-length"]) ?? Number.NaN);
    const total = Number.isNaN(length) || isPacked ? undefined : length;
    const start = isPart ? from : 0;
    if (total !== undefined && total > limit) throw new TooLong(limit);
    return {
      body: upTo(total ?? limit, start, silence.over(isPacked ? unpacked(answer) : answer)),
      from: start,
      total,
    };
  } catch (thrown) {
    silence.end();
    answered?.destroy();
    const problem = problemOf(url, thrown, signal);
    return proxy.value && problem.error.code === "download-failed" ? behind(proxy.value, problem) : problem;
  }
}

/** By `node:http`, whose agents ask proxies for plain HTTP too, where `fetch` wants a tunnel from them (Node 24). */
async function get(
  url: string,
  from: number,
  proxy: NamedProxy | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { Agent, get: request } = url.startsWith("https:") ? https : http;
  const headers = {
    // Registries refuse who has no name.
    "user-agent": "gantry",
    // What is packed on the way cannot be gone on with.
    "accept-encoding": "identity",
    ...(from > 0 && { range: `bytes=${from}-` }),
  };
  const agent = new Agent({ proxyEnv: proxy ? { http_proxy: proxy.url, https_proxy: proxy.url } : {} });
  return new Promise((resolve, reject) => {
    request(url, { agent, headers, signal }, resolve).on("error", reject);
  });
}

/** A server may pack what nobody asked it to. */
function unpacked(answer: IncomingMessage): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip();
  answer.on("error", (error) => gunzip.destroy(error)).pipe(gunzip);
  return gunzip;
}

/** A body as long as it may be. One that never ends would fill the memory, or the disk, before any checksum could tell. */
async function* upTo(most: number, from: number, body: AsyncIterable<Uint8Array>) {
  let done = from;
  for await (const chunk of body) {
    done += chunk.length;
    if (done > most) throw new TooLong(most);
    yield chunk;
  }
}

export class TooLong extends Error {
  constructor(most: number) {
    super(`the server sends more than ${formatBytes(most)}, and nothing that is asked for is as long`);
  }
}

/** What went wrong between asking and the end of what was sent. */
export function problemOf(url: string, thrown: unknown, signal: AbortSignal): Problem {
  if (signal.aborted) return { isFinal: true, error: stopped() };
  const known = systemError(thrown, `downloading \`${redact(url)}\``);
  if (known?.code === "disk-full" || known?.code === "not-permitted") return { isFinal: true, error: known };
  if (thrown instanceof TooLong) return { isFinal: true, error: failed(url, thrown.message, otherAnswer) };
  return { isFinal: false, error: failed(url, rootCause(thrown)) };
}

function behind({ variable, url }: NamedProxy, { error, ...problem }: Problem): Problem {
  const note = `\`${variable}\` names the proxy ${withoutUser(url)}`;
  return { ...problem, error: { ...error, notes: [note, ...error.notes] } };
}

function otherProxy(url: string): string {
  const { hostname } = new URL(url);
  return `name one as \`http://HOST:PORT\`; with \`no_proxy=${hostname}\` the server is asked directly`;
}

function failed(url: string, cause: string, ...help: readonly string[]): Diagnostic {
  return diagnostic("download-failed", `cannot download \`${redact(url)}\``, { causes: [cause], help });
}

function refused(url: string, { statusCode: status = 0, statusMessage }: IncomingMessage): Problem {
  const isFinal = status !== 408 && status !== 429 && status < 500;
  const cause = `the server answered ${status} ${statusMessage ?? ""}`.trim();
  return { isFinal, status, error: failed(url, cause, ...(isFinal ? [otherServer] : [])) };
}

const otherServer = "is all of the release there? `RUSTUP_DIST_SERVER` names another server";

const otherAnswer =
  "a proxy, or something else on the way, may answer in its place: `RUSTUP_DIST_SERVER` names another server";

function noAddress(url: string, env: NodeJS.ProcessEnv): Problem {
  const server = env.RUSTUP_DIST_SERVER;
  const help = server ? [`\`RUSTUP_DIST_SERVER\` is \`${redact(server)}\``] : [];
  return { isFinal: true, error: failed(url, "this is no address with http, https or file", ...help) };
}

function fileAt(url: string, limit: number): Answer | Problem {
  try {
    const path = fileURLToPath(url);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isFile()) return { body: upTo(limit, 0, createReadStream(path)), from: 0, total: found.size };
    return { isFinal: true, status: 404, error: failed(url, "there is no such file", otherServer) };
  } catch (thrown) {
    return { isFinal: true, error: failed(url, rootCause(thrown)) };
  }
}

/** Ends a transfer in which nothing comes; the time that the receiver takes does not count. */
function silenceWatch(url: string, { env, onWait }: Asking) {
  const seconds = Number(env.CARGO_HTTP_TIMEOUT) || patience;
  const controller = new AbortController();
  const leave = () => controller.abort(new Error(`the server sent nothing for ${seconds} s`));
  let isTold = seconds <= untold;
  const tell = () => {
    if (!isTold) onWait?.(`waiting for ${new URL(url).host}: no data for ${untold} s`);
    isTold = true;
  };
  const start = () => [setTimeout(leave, seconds * 1000).unref(), setTimeout(tell, untold * 1000).unref()];
  let timers = start();
  const end = () => timers.forEach(clearTimeout);
  return {
    signal: controller.signal,
    end,
    async *over(body: AsyncIterable<Uint8Array>) {
      try {
        for await (const chunk of body) {
          end();
          yield chunk;
          timers = start();
        }
      } catch (thrown) {
        // Of a body that was left, Node only says that it broke off.
        throw controller.signal.aborted ? controller.signal.reason : thrown;
      } finally {
        end();
      }
    },
  };
}

/** Seconds in which nothing comes, after which the user is told. */
const untold = 10;

/** Cargo's `http.timeout`, in seconds. */
const patience = 30;
