import { execFile } from "node:child_process";
import { join } from "node:path";
import * as v from "valibot";
import { homeOf } from "../../../base/paths.ts";
import { textOf } from "../../../tree/files.ts";
import { failure, printable } from "./failure.ts";

export type Headers = Readonly<Record<string, string>>;

/** What is sent so that a server knows who asks. */
export type Credentials = {
  headers(url: URL): Promise<Headers>;
  /** Whether there may be others, after these were refused. */
  renew(): boolean;
};

/**
 * Credentials in the order in which Bazel takes them (`bazel.build/docs`, `--credential_helper`): a helper's; those of the
 * address, as `user:password@`; the host's line of `$NETRC`, or of `~/.netrc`.
 *
 * @param url with its user
 */
export function credentialsFor(url: URL, { env, name, signal, credentialHelper }: Asked): Credentials {
  if (credentialHelper !== undefined) return helped(credentialHelper, { env, name, signal });
  const login = url.username === "" ? netrcLogin(url.hostname, env) : userOf(url);
  const headers = login ? basic(login) : {};
  return { headers: async () => headers, renew: () => false };
}

type Asked = {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Of the cache, as it may be shown. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly credentialHelper?: string | undefined;
};

type Login = { readonly user: string; readonly password: string };

function basic({ user, password }: Login): Headers {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}

function userOf({ username, password }: URL): Login {
  return { user: decoded(username), password: decoded(password) };
}

/** A `%` that a user did not encode stands for itself. */
function decoded(text: string): string {
  return text.replaceAll(/(%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll("%", ""), "hex").toString(),
  );
}

/** As curl and ftp(1) read that file: words, of which `machine`, `default`, `login` and `password` mean something here. */
function netrcLogin(host: string, env: Readonly<NodeJS.ProcessEnv>): Login | undefined {
  const text = textOf(env.NETRC || join(homeOf(env), ".netrc"));
  if (text === undefined) return undefined;
  const words = [...text.replaceAll(/^\s*#.*$/gm, "").matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll(/\\(.)/g, "$1") ?? bare ?? "",
  );
  let user = "";
  let password: string | undefined;
  let isHosts = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === "machine" || word === "default") {
      if (isHosts && password !== undefined) break;
      isHosts = word === "default" || words[++at] === host;
    } else if (isHosts && word === "login") user = words[++at] ?? "";
    else if (isHosts && word === "password") password = words[++at];
    else if (word === "login" || word === "password" || word === "account") at += 1;
  }
  return password === undefined ? undefined : { user, password };
}

/** Milliseconds that a helper has, as Bazel gives it, and for which an answer without `expires` holds. */
const [patience, holds] = [10_000, 30 * 60_000];

const answer = v.object({
  headers: v.optional(v.record(v.string(), v.array(v.string())), {}),
  expires: v.optional(v.pipe(v.string(), v.isoTimestamp())),
});

/** By Bazel's protocol (`github.com/EngFlow/credential-helper-spec`): `HELPER get`, with JSON on its two ends. */
function helped(program: string, { env, name, signal }: Asked): Credentials {
  let known: { readonly headers: Promise<Headers>; until: number } | undefined;
  const ask = async (url: URL): Promise<Headers> => {
    const bare = new URL(url);
    [bare.username, bare.password] = ["", ""];
    const text = await output(program, JSON.stringify({ uri: bare.href }), { env, signal, name });
    const said = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), text);
    if (!said.success) throw unhelpful(program, name, "its answer is not what the protocol says");
    if (known && said.output.expires !== undefined) known.until = Date.parse(said.output.expires) - 10_000;
    return Object.fromEntries(
      Object.entries(said.output.headers).map(([header, values]) => [
        header.toLowerCase(),
        values.join(", "),
      ]),
    );
  };
  return {
    headers(url) {
      if (known && Date.now() < known.until) return known.headers;
      // Several requests at once are one question.
      const asked = { until: Date.now() + holds, headers: Promise.resolve<Headers>({}) };
      known = asked;
      asked.headers = ask(url);
      asked.headers.catch(() => (known = undefined));
      return asked.headers;
    },
    renew() {
      known = undefined;
      return true;
    },
  };
}

function output(program: string, input: string, { env, signal, name }: Asked): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env, signal, timeout: patience, maxBuffer: 1 << 20, encoding: "utf8" as const };
    const child = execFile(program, ["get"], options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (signal.aborted) reject(signal.reason);
      // What it printed may hold the secret, what it complained of should not.
      else {
        const why = error.killed
          ? `it took longer than ${patience / 1000} s`
          : printable(stderr) || `it failed (${error.code})`;
        reject(unhelpful(program, name, why));
      }
    });
    // One that does not read its input is not told of by an exception.
    child.stdin?.on("error", () => {}).end(input);
  });
}

function unhelpful(program: string, name: string, why: string) {
  return failure(
    "cache-refused",
    name,
    `the credential helper \`${program}\`: ${why}`,
    `try it: echo '{"uri":"${name}"}' | ${program} get`,
  );
}
