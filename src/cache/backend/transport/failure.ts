// transport: asking servers, for the backends that have one: connections, deadlines, credentials, what went wrong.

import { type Diagnostic, diagnostic } from "../../../base/diagnostic.ts";
import { rootCause } from "../../../base/systemError.ts";

/** What ends a call of a backend, on its way to the one place where it becomes a result. */
export class Failed extends Error {
  readonly diagnostic: Diagnostic;

  constructor(problem: Diagnostic) {
    super(problem.message);
    this.diagnostic = problem;
  }
}

/** Nothing came for too long. */
export class Silence extends Error {}

/** What can be wrong with a server, and what is done about it in any case. */
const kinds = {
  "cache-unreachable": "does not answer",
  "cache-refused": "refuses",
  "cache-full": "takes nothing more",
  "cache-failed": "fails",
} as const;

type FailureKind = keyof typeof kinds;

/**
 * @param name of the cache, as it may be shown
 * @param cause what the server or the system said
 */
export function failure(kind: FailureKind, name: string, cause: string, ...help: readonly string[]): Failed {
  return new Failed(
    diagnostic(kind, `the cache \`${name}\` ${kinds[kind]}`, {
      causes: [printable(cause)],
      help: help.length > 0 ? help : [`ask whoever runs it; without it: --cache none`],
    }),
  );
}

/** What a server says, in one line that does nothing to a terminal. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, 300);
}

/** Why no connection came about, or why it ended. */
export function connectionFailure(name: string, thrown: unknown): Failed {
  const code = codeOf(thrown);
  const cause = rootCause(thrown);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return failure("cache-unreachable", name, cause, "check the name of the host, and the network");
  if (code === "ECONNREFUSED")
    return failure("cache-unreachable", name, cause, "start the server, or check the port");
  if (thrown instanceof Silence)
    return failure("cache-unreachable", name, cause, "check that the server runs, and the way to it");
  if (
    /^ERR_SSL_.*(WRONG_VERSION|PACKET_LENGTH|RECORD_OVERFLOW)|^EPROTO$/.test(code) &&
    /wrong version|packet length/i.test(cause)
  )
    return failure(
      "cache-refused",
      name,
      "the server does not speak TLS",
      "is it `http:` or `grpc:`, without the `s`?",
    );
  if (code === "ERR_HTTP2_ERROR")
    return failure(
      "cache-refused",
      name,
      "the server does not speak HTTP/2",
      "check the address, its port above all: is it that of gRPC?",
    );
  if (/^ERR_SSL_|^EPROTO$/.test(code) && /alert/i.test(cause))
    return failure(
      "cache-refused",
      name,
      cause,
      "does the server want a client's certificate? `cache.tls.cert` and `cache.tls.key` name one",
    );
  if (/CERT|SIGNATURE|ISSUER|ALTNAME|CRL|ERR_TLS_/.test(code))
    return failure(
      "cache-refused",
      name,
      cause,
      "name who signed the server's certificate by `cache.tls.ca`, such as /etc/ssl/certs/ca-certificates.crt",
    );
  if (/^ERR_OSSL_|ERR_SSL_/.test(code))
    return failure("cache-refused", name, cause, "check the files that `cache.tls` names");
  return failure(
    "cache-unreachable",
    name,
    cause,
    "try again; if it happens once more, look into the server's log",
  );
}

/** What will not be otherwise at the next attempt. */
export function isLasting(thrown: unknown): boolean {
  return (
    thrown instanceof Failed ||
    thrown instanceof Silence ||
    /^(ENOTFOUND|ECONNREFUSED|EPROTO|EHOSTUNREACH|ENETUNREACH)$|CERT|SIGNATURE|ISSUER|ALTNAME|ERR_SSL_|ERR_TLS_|ERR_OSSL_|ERR_HTTP2_ERROR/.test(
      codeOf(thrown),
    )
  );
}

/** The system's name of an error, of its cause, or of the first of several addresses that were tried. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return "";
  if ("code" in thrown && typeof thrown.code === "string") return thrown.code;
  return codeOf(thrown instanceof AggregateError ? thrown.errors[0] : thrown.cause);
}

/** What an answer means that ends a call, and what is to be done. */
export type Meaning = { readonly kind: FailureKind; readonly help: string };

/** What servers of each kind may mean, in words of their own. */
export const meanings = {
  unknownUser: {
    kind: "cache-refused",
    help: "give credentials: in the address, in ~/.netrc, by `cache.headers`, or by `cache.credentialHelper`",
  },
  forbidden: {
    kind: "cache-refused",
    help: "these credentials may not do that: ask whoever runs the cache",
  },
  full: { kind: "cache-full", help: "make room on the server" },
  broken: { kind: "cache-failed", help: "look into the server's log" },
} as const satisfies Readonly<Record<string, Meaning>>;

/** An answer that ends a call. Who was sending may still read, unless nothing works. */
export function answerFailure(
  name: string,
  cause: string,
  { kind, help, sending }: Meaning & { readonly sending: boolean },
): Failed {
  const readOnly = sending && kind !== "cache-failed" ? ["to read only: GANTRY_CACHE_PUSH=never"] : [];
  return failure(kind, name, cause, help, ...readOnly);
}

/** The same, by what the status of HTTP means. */
export function statusFailure(
  name: string,
  { status, says, sending }: { readonly status: number; readonly says: string; readonly sending: boolean },
): Failed {
  const cause = `the server answered ${status} ${says}`.trim();
  const wrong = Object.entries(credentialCodes).find(([code]) => new RegExp(`\\b${code}\\b`).test(says));
  if (wrong) return failure("cache-refused", name, cause, wrong[1]);
  const meaning =
    statusMeanings.get(status) ??
    (status < 500
      ? ({ kind: "cache-refused", help: "check the address, its path above all" } as const)
      : meanings.broken);
  return answerFailure(name, cause, { ...meaning, sending });
}

/** What S3 says of credentials by a code, whatever the status (docs.aws.amazon.com/AmazonS3 "Error responses"). */
const credentialCodes: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch:
    "the secret key is wrong, or the clock: check `AWS_SECRET_ACCESS_KEY`, or that of the profile",
  InvalidAccessKeyId: "there is no such access key: check `AWS_ACCESS_KEY_ID`, or that of the profile",
  ExpiredToken: "the credentials have expired: get new ones, for example by `aws sso login`",
  InvalidToken: "the session's token does not belong to these keys: check `AWS_SESSION_TOKEN`",
  RequestTimeTooSkewed: "set the clock of this machine, or of the server: they differ by too much",
};

const noPut: Meaning = {
  kind: "cache-refused",
  help: "nothing can be put there: check the address, and that the server takes PUT",
};

const statusMeanings = new Map<number, Meaning>([
  [401, meanings.unknownUser],
  [407, meanings.unknownUser],
  [403, meanings.forbidden],
  [404, noPut],
  [405, noPut],
  [501, noPut],
  [413, { kind: "cache-refused", help: "let the server take larger files (nginx: client_max_body_size 0)" }],
  [507, meanings.full],
  [429, { kind: "cache-failed", help: "the server has too much to do: try later" }],
]);

/** Of a file of this machine, and so nothing that the server has to do with. */
export function isLocal(thrown: unknown): boolean {
  return thrown instanceof Error && "path" in thrown && "syscall" in thrown && codeOf(thrown) !== "";
}

/** A server may repeat what it was sent. */
export function withoutSecrets(text: string, headers: readonly string[]): string {
  const words = headers.flatMap((value) => [value, ...value.split(" ")]).filter(({ length }) => length > 5);
  return words.reduce((rest, word) => rest.replaceAll(word, "***"), text);
}
