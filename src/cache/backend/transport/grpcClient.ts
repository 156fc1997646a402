import { randomUUID } from "node:crypto";
import type { ClientHttp2Session } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, encodeBinaryHeader, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { RequestMetadataSchema } from "../reapi/capabilities_pb.ts";
import type { Credentials, Headers } from "./credentials.ts";
import {
  answerFailure,
  codeOf,
  connectionFailure,
  Failed,
  isLasting,
  isLocal,
  type Meaning,
  meanings,
  withoutSecrets,
} from "./failure.ts";
import { secureContext, type TlsFiles } from "./tls.ts";
import { type Deadlines, persistently, watch } from "./watch.ts";

type Options = {
  /** With `http:` or `https:`. */
  readonly url: URL;
  /** Of the cache, as it may be shown. */
  readonly name: string;
  readonly deadlines: Deadlines;
  readonly tls: TlsFiles;
  readonly counters: { requests: number };
  readonly credentials: Credentials;
  readonly headers: Headers;
};

export type GrpcClient = {
  /** For Connect's `createClient`. */
  readonly transport: Transport;
  /** Makes a call, by a function that is given what it is made with, again where that may help. */
  call<T>(calling: Calling, run: (signal: AbortSignal) => Promise<T>): Promise<T>;
  close(): void;
};

type Calling = {
  readonly signal: AbortSignal;
  /** Something is put: a server that has no room says so otherwise than one that has too much to do. */
  readonly sending?: boolean;
  /** Grows with what was got or sent, where another attempt goes on from there. */
  readonly headway?: () => number;
};

/** HTTP/2 opens with 64 KiB on the way at most, which is 2 MB a second where a round trip takes 30 ms. */
const window = 16 * 1024 * 1024;

/** The longest message that is read: gRPC's usual 4 MiB, and what is around them. */
const longestMessage = 5 * 1024 * 1024;

/** One connection for all calls, by Connect, with attempts, deadlines, and credentials. */
export function grpcClient(options: Options): GrpcClient {
  const { url, name, deadlines, credentials, counters } = options;
  const sessions = new Set<ClientHttp2Session>();
  const context = url.protocol === "https:" ? secureContext(options.tls, name) : undefined;
  const manager = new Http2SessionManager(
    url.origin,
    {},
    {
      ...(context && { secureContext: context }),
      settings: { initialWindowSize: window, enablePush: false },
    },
  );
  const request: Http2SessionManager["request"] = async (...asked) => {
    const stream = await Http2SessionManager.prototype.request.apply(manager, asked);
    const { session } = stream;
    if (session && !sessions.has(session as ClientHttp2Session)) {
      sessions.add(session as ClientHttp2Session);
      session.setLocalWindowSize(window);
      // Its end is told by the calls; another error of it, which nobody listens to any more, would end the process.
      session.on("error", () => {});
      session.once("close", () => sessions.delete(session as ClientHttp2Session));
    }
    return stream;
  };
  manager.request = request;
  /** What came and went on all connections, so that a long message is not taken for silence. */
  const moved = (): number =>
    [...sessions].reduce((sum, { socket, destroyed }) => {
      return destroyed ? sum : sum + (socket?.bytesRead ?? 0) + (socket?.bytesWritten ?? 0);
    }, 0);
  const metadata = encodeBinaryHeader(
    toBinary(
      RequestMetadataSchema,
      create(RequestMetadataSchema, {
        toolDetails: { toolName: "gantry", toolVersion: "0.1.0" },
        toolInvocationId: randomUUID(),
      }),
    ),
  );
  const transport = createGrpcTransport({
    baseUrl: url.origin,
    sessionManager: manager,
    readMaxBytes: longestMessage,
    // What is compressed already is sent as it is; a small message that unpacks to a large one is not wanted.
    acceptCompression: [],
    interceptors: [
      (next) => async (call) => {
        call.header.set("build.bazel.remote.execution.v2.requestmetadata-bin", metadata);
        for (const [header, value] of Object.entries({
          ...options.headers,
          ...(await credentials.headers(url)),
        }))
          call.header.set(header, value);
        return next(call);
      },
    ],
  });

  const attempt = async <T>(calling: Calling, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    using watching = watch(deadlines, calling.signal);
    let last = moved();
    const look = () => {
      const now = moved();
      if (sessions.size > 0 && manager.state() !== "connecting") watching.connected();
      // A connection that ended takes its bytes along.
      if (now > last) watching.bytes(now - last);
      last = now;
    };
    const timer = setInterval(look, Math.min(deadlines.connect, deadlines.idle) / 8);
    counters.requests += 1;
    try {
      return await run(watching.signal);
    } catch (thrown) {
      throw watching.signal.aborted ? watching.signal.reason : thrown;
    } finally {
      clearInterval(timer);
    }
  };

  return {
    transport,
    async call(calling, run) {
      const { signal, headway = () => 0 } = calling;
      const persistence = { signal, idle: deadlines.idle, headway, again };
      try {
        try {
          return await persistently(() => attempt(calling, run), persistence);
        } catch (thrown) {
          const isRefused = thrown instanceof ConnectError && thrown.code === Code.Unauthenticated;
          if (!isRefused || !credentials.renew()) throw thrown;
          return await persistently(() => attempt(calling, run), persistence);
        }
      } catch (thrown) {
        signal.throwIfAborted();
        if (thrown instanceof Failed || isLocal(thrown)) throw thrown;
        if (!(thrown instanceof ConnectError)) throw connectionFailure(name, thrown);
        // Beneath it lies what the system says of the connection, or what a credential helper does.
        if (thrown.cause instanceof Failed || codeOf(thrown.cause) !== "")
          throw connectionFailure(name, thrown.cause);
        const secrets = Object.values({ ...options.headers, ...(await credentials.headers(url)) });
        throw refusal(name, thrown, { secrets, sending: calling.sending === true });
      }
    },
    close: () => manager.abort(),
  };
}

function again(thrown: unknown): number | undefined {
  if (isLocal(thrown)) return undefined;
  if (!(thrown instanceof ConnectError)) return isLasting(thrown) ? undefined : 0;
  if (thrown.cause instanceof Failed || isLasting(thrown.cause)) return undefined;
  return [Code.Unavailable, Code.Aborted, Code.Internal].includes(thrown.code) ? 0 : undefined;
}

/** gRPC's codes, as the Remote Execution API uses them. */
function refusal(
  name: string,
  { code, rawMessage }: ConnectError,
  { secrets, sending }: { readonly secrets: readonly string[]; readonly sending: boolean },
): Failed {
  const cause = `the server answered ${Code[code]}: ${withoutSecrets(rawMessage, secrets)}`;
  const meaning = (sending ? puts[code] : undefined) ?? codeMeanings[code] ?? meanings.broken;
  return answerFailure(name, cause, { ...meaning, sending });
}

const noInstance: Meaning = {
  kind: "cache-refused",
  help: "check the instance name, which is the address's path",
};

const noAnswer: Meaning = {
  kind: "cache-unreachable",
  help: "check that the server runs, and the way to it",
};

const codeMeanings: Readonly<Partial<Record<Code, Meaning>>> = {
  [Code.Unauthenticated]: meanings.unknownUser,
  [Code.PermissionDenied]: meanings.forbidden,
  [Code.Unimplemented]: {
    kind: "cache-refused",
    help: "is it a server of the Remote Execution API? check the address, and its port above all",
  },
  [Code.InvalidArgument]: noInstance,
  [Code.NotFound]: noInstance,
  [Code.Unavailable]: noAnswer,
  [Code.DeadlineExceeded]: noAnswer,
};

const puts: Readonly<Partial<Record<Code, Meaning>>> = {
  [Code.ResourceExhausted]: meanings.full,
};
