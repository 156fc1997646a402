import { once } from "node:events";
import http, { type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { proxyFor, withoutUser } from "../../../base/proxy.ts";
import type { Credentials, Headers } from "./credentials.ts";
import {
  connectionFailure,
  Failed,
  failure,
  isLasting,
  isLocal,
  printable,
  statusFailure,
  withoutSecrets,
} from "./failure.ts";
import { secureContext, type TlsFiles } from "./tls.ts";
import { type Deadlines, type Line, persistently, type Watch, watch } from "./watch.ts";

type Options = {
  /** Of the cache, as it may be shown. */
  readonly name: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly deadlines: Deadlines;
  readonly tls: TlsFiles;
  readonly counters: { requests: number; received: number; sent: number };
  readonly credentials: Credentials;
  /** Sent with each request to the cache itself, and not to where it leads. */
  readonly headers: Headers;
};

export type HttpRequest<T> = {
  readonly method: "GET" | "HEAD" | "PUT";
  readonly url: URL;
  readonly signal: AbortSignal;
  /** Made for each attempt. `url` is where it goes, which is elsewhere after a redirect. */
  readonly headers?: (url: URL) => Headers | Promise<Headers>;
  readonly body?: Body;
  /** Which answers `read` understands; all others are failures, or another attempt. */
  readonly expects: (status: number) => boolean;
  readonly read: (answer: Answer) => Promise<T>;
  /** Grows with what `read` has got, where another attempt goes on from there. */
  readonly headway?: () => number;
  /** What an answer that is not expected says in its body, as far as it should be shown. */
  readonly explain?: (text: string) => string;
};

export type Body = { readonly size: number; readonly open: () => AsyncIterable<Uint8Array> };

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** More than a little that was not read of it ends the connection. */
  readonly body: AsyncIterable<Uint8Array>;
};

export type HttpClient = AsyncDisposable & { exchange<T>(request: HttpRequest<T>): Promise<T> };

/** Connections to one server, kept between requests. */
export const connections = 32;

/** From here on, a server is asked first whether it wants a body at all. */
const large = 1024 * 1024;

/** HTTP/1.1 with as few round trips as may be, attempts, redirects, proxies, deadlines, and honest counters. */
export function httpClient(options: Options): HttpClient {
  const { name, counters, credentials } = options;
  const agents = new Map<string, http.Agent>();
  const agentFor = (url: URL): http.Agent => {
    const known = agents.get(url.origin);
    if (known) return known;
    const proxy = proxyFor(url.href, options.env);
    if (!proxy.ok)
      throw failure(
        "cache-refused",
        name,
        proxy.error,
        `with \`no_proxy=${url.hostname}\` it is asked directly`,
      );
    const common = {
      keepAlive: true,
      maxSockets: connections,
      maxFreeSockets: connections,
      proxyEnv: proxy.value ? { http_proxy: proxy.value.url, https_proxy: proxy.value.url } : {},
    };
    const context = url.protocol === "https:" ? secureContext(options.tls, name) : undefined;
    const made =
      url.protocol === "https:"
        ? new https.Agent({ ...common, ...(context && { secureContext: context }) })
        : new http.Agent(common);
    agents.set(url.origin, made);
    return made;
  };
  const free = semaphore(connections);
  const line: Line = new Set();

  const withAttempts = async <T>(request: HttpRequest<T>): Promise<T> => {
    const attempt = async (): Promise<T> => {
      await free.take(request.signal);
      try {
        return await exchangeOnce(request);
      } finally {
        free.give();
      }
    };
    return persistently(attempt, {
      signal: request.signal,
      idle: options.deadlines.idle,
      headway: request.headway ?? (() => 0),
      again: (thrown) =>
        thrown instanceof Unfit ? thrown.pause : isLasting(thrown) || isLocal(thrown) ? undefined : 0,
    });
  };

  const exchangeOnce = async <T>(request: HttpRequest<T>): Promise<T> => {
    const { method } = request;
    let url = request.url;
    for (let redirects = 0; ; redirects += 1) {
      using watching = watch(options.deadlines, request.signal, line);
      const answer = await ask(request, url, watching);
      const status = answer.statusCode ?? 0;
      const place = answer.headers.location;
      if ([301, 302, 307, 308].includes(status) && place !== undefined && !request.expects(status)) {
        answer.destroy();
        url = redirected(url, place, { name, isLast: redirects === 5 });
        continue;
      }
      if (!request.expects(status)) {
        const said = await textOf(answer, watching);
        const secrets = Object.values({ ...options.headers, ...(await credentials.headers(url)) });
        throw unfit(status, answer, {
          name,
          says: withoutSecrets(request.explain?.(said) ?? said, secrets),
          sending: method === "PUT",
        });
      }
      const value = await request.read({ status, headers: answer.headers, body: counted(answer, watching) });
      await drain(answer, watching);
      return value;
    }
  };

  /** Sends a request, and waits for what begins an answer. */
  const ask = async <T>(request: HttpRequest<T>, url: URL, watching: Watch): Promise<IncomingMessage> => {
    const { method, body } = request;
    const isOwn = url.origin === request.url.origin;
    const asksFirst = body !== undefined && body.size > large;
    const headers = {
      "user-agent": "gantry",
      "accept-encoding": "identity",
      ...(isOwn && options.headers),
      ...(isOwn && (await credentials.headers(url))),
      ...(await request.headers?.(url)),
      ...(body && { "content-length": String(body.size), "content-type": "application/octet-stream" }),
      ...(asksFirst && { expect: "100-continue" }),
    };
    const { request: start } = url.protocol === "https:" ? https : http;
    counters.requests += 1;
    const sent = start(bare(url), { method, headers, agent: agentFor(url), signal: watching.signal });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.once("response", resolve);
      sent.once("error", (error) => reject(watching.signal.aborted ? watching.signal.reason : error));
    });
    // It may fail while something else is waited for.
    answered.catch(() => {});
    sent.once("socket", (socket) => {
      if (isConnected(socket)) watching.connected();
      else socket.once(url.protocol === "https:" ? "secureConnect" : "connect", () => watching.connected());
    });
    let isAnswered = false;
    const note = () => {
      isAnswered = true;
    };
    answered.then(note, note);
    if (asksFirst) {
      sent.flushHeaders();
      // Servers that do not know the question wait for the body.
      const unasked = new Promise<void>((resolve) => setTimeout(resolve, 1000).unref());
      await Promise.race([once(sent, "continue").catch(() => {}), answered.catch(() => {}), unasked]);
    }
    let size = 0;
    for await (const chunk of localBody(body, sent)) {
      if (isAnswered) break;
      if (!sent.write(chunk)) await Promise.race([once(sent, "drain"), answered]).catch(() => {});
      size += chunk.length;
      counters.sent += chunk.length;
      watching.bytes(chunk.length);
    }
    if (isAnswered) {
      // Who answers before all is sent does not want it, and the rest would be taken for another request.
      answered.then((answer) => answer.once("close", () => sent.destroy())).catch(() => {});
      return answered;
    }
    if (body && size !== body.size) {
      sent.destroy();
      throw failure("cache-failed", name, "a file changed while it was sent");
    }
    sent.end();
    watching.stage();
    return answered;
  };

  const counted = async function* (answer: IncomingMessage, watching: Watch): AsyncIterable<Uint8Array> {
    watching.stage();
    try {
      for await (const chunk of answer) {
        counters.received += chunk.length;
        watching.bytes(chunk.length);
        yield chunk;
      }
    } catch (thrown) {
      // Of a body that was left, Node only says that it broke off.
      throw watching.signal.aborted ? watching.signal.reason : thrown;
    } finally {
      if (!answer.readableEnded) answer.destroy();
    }
  };

  /** A connection can be used again only once its answer was read. */
  const drain = async (answer: IncomingMessage, watching: Watch): Promise<void> => {
    if (answer.readableEnded || answer.destroyed) return;
    let size = 0;
    for await (const chunk of counted(answer, watching)) {
      size += chunk.length;
      if (size > 65_536) break;
    }
  };

  const textOf = async (answer: IncomingMessage, watching: Watch): Promise<string> => {
    let text = "";
    try {
      for await (const chunk of counted(answer, watching)) {
        text += Buffer.from(chunk).toString("utf8");
        if (text.length > 4096) break;
      }
    } catch {
      // The status says enough.
    }
    return text;
  };

  return {
    async exchange(request) {
      try {
        try {
          return await withAttempts(request);
        } catch (thrown) {
          if (!(thrown instanceof Unfit && thrown.status === 401 && credentials.renew())) throw thrown;
          return await withAttempts(request);
        }
      } catch (thrown) {
        request.signal.throwIfAborted();
        if (thrown instanceof Unfit) throw thrown.failure;
        if (thrown instanceof Failed || isLocal(thrown)) throw thrown;
        throw withProxy(connectionFailure(name, thrown), request.url, options.env);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

/** @throws what the system says of the file; nothing is asked of the server then */
async function* localBody(body: Body | undefined, sent: http.ClientRequest): AsyncIterable<Uint8Array> {
  try {
    if (body) yield* body.open();
  } catch (thrown) {
    sent.destroy();
    throw thrown;
  }
}

/** An answer that is no use. */
class Unfit extends Error {
  readonly status: number;
  readonly failure: Failed;
  /** Milliseconds after which another attempt may help. */
  readonly pause: number | undefined;

  constructor(status: number, failure: Failed, pause: number | undefined) {
    super(failure.message);
    [this.status, this.failure, this.pause] = [status, failure, pause];
  }
}

/** Milliseconds that a server may ask to wait: who asks for more is busy for longer than a build should wait. */
const longestPause = 5000;

function unfit(
  status: number,
  { headers, statusMessage = "" }: IncomingMessage,
  { name, says, sending }: { readonly name: string; readonly says: string; readonly sending: boolean },
): Unfit {
  const isText = /^text\/plain|^application\/(json|xml)/.test(headers["content-type"] ?? "");
  const failure = statusFailure(name, {
    status,
    says: printable(`${statusMessage}${isText && says.trim() !== "" ? `: ${says}` : ""}`),
    sending,
  });
  const asked = Number(headers["retry-after"] ?? 0) * 1000;
  const isPassing = [408, 425, 429, 500, 502, 503, 504].includes(status) && !(asked > longestPause);
  return new Unfit(status, failure, isPassing ? asked || 0 : undefined);
}

function redirected(from: URL, place: string, { name, isLast }: { name: string; isLast: boolean }): URL {
  const to = URL.parse(place, from.href);
  if (isLast) throw failure("cache-refused", name, "it only leads from one address to the other");
  if (!to || !/^https?:$/.test(to.protocol) || (from.protocol === "https:" && to.protocol !== "https:"))
    throw failure(
      "cache-refused",
      name,
      "it leads to an address that is not asked from here",
      "check the server's redirects",
    );
  return to;
}

/** Whether all of it stands, TLS included. */
function isConnected(socket: Socket): boolean {
  return !socket.connecting && !(socket instanceof TLSSocket && socket.getProtocol() === "unknown");
}

/** A user in the address would be sent by Node, beside the header of whoever gives credentials. */
function bare(url: URL): URL {
  const to = new URL(url);
  [to.username, to.password] = ["", ""];
  return to;
}

function withProxy(failed: Failed, url: URL, env: Readonly<NodeJS.ProcessEnv>): Failed {
  const proxy = proxyFor(url.href, env);
  if (!proxy.ok || !proxy.value) return failed;
  const note = `\`${proxy.value.variable}\` names the proxy ${withoutUser(proxy.value.url)}`;
  return new Failed({ ...failed.diagnostic, notes: [note, ...failed.diagnostic.notes] });
}

/** At most so many at once; who waits is served in turn. */
function semaphore(count: number) {
  let left = count;
  const waiting: (() => void)[] = [];
  return {
    async take(signal: AbortSignal): Promise<void> {
      signal.throwIfAborted();
      if (left > 0) left -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    give(): void {
      const next = waiting.shift();
      if (next) next();
      else left += 1;
    },
  };
}
