import { createHash, createHmac } from "node:crypto";
import { getProfileName, loadSharedConfigFiles } from "@smithy/shared-ini-file-loader";
import { SignatureV4 } from "@smithy/signature-v4";
import { digestOf } from "../../base/digest.ts";
import { rootCause } from "../../base/systemError.ts";
import type { Bare, Opening } from "./backend.ts";
import { type Asked, storeOfFiles } from "./http.ts";
import type { Headers } from "./transport/credentials.ts";
import { Failed, failure, Silence } from "./transport/failure.ts";
import { httpClient } from "./transport/httpClient.ts";

/**
 * A bucket of S3, or of what speaks as it does: `s3://BUCKET/PREFIX`, with `?endpoint=`, `region=`, `profile=` and
 * `path-style=` where the settings of the AWS tools do not say it (docs.aws.amazon.com/sdkref). Requests are those of a store of
 * files, with signatures of version 4 that cover what is sent.
 */
export function s3Backend(opening: Opening): Bare {
  const { url, name, options, counters } = opening;
  const { env, deadlines, tls = {}, headers = {} } = options;
  const credentials = { headers: async () => ({}), renew: () => false };
  const client = httpClient({ name, env, deadlines, tls, counters, credentials, headers });
  const asked = url.searchParams;
  const profile = asked.get("profile") ?? env.AWS_PROFILE;
  let known: Promise<{ readonly at: Place; readonly identity: Identity }> | undefined;
  const found = () => {
    known ??= (async () => ({
      at: await placeOf(opening, profile),
      identity: await identityOf(env, profile),
    }))();
    return known;
  };
  const prefix = decodeURIComponent(url.pathname).replaceAll(/^\/+|\/+$/g, "");
  return storeOfFiles(opening, {
    client,
    async address(kind, key) {
      const { base } = (await found()).at;
      const to = new URL(base);
      const below = [...prefix.split("/").filter(Boolean), kind, key].map(encoded);
      to.pathname = [base.pathname.replace(/\/$/, ""), ...below].join("/");
      return to;
    },
    async headers(request) {
      const { at, identity } = await found();
      // The metadata service that is asked in the end is nowhere but on Amazon's machines.
      const patience = Promise.withResolvers<never>();
      const late = new Silence(`no credentials within ${(2 * deadlines.connect) / 1000} s`);
      const timer = setTimeout(patience.reject, 2 * deadlines.connect, late);
      try {
        return await Promise.race([signed(request, at.region, identity), patience.promise]);
      } catch (thrown) {
        throw unknown(name, thrown);
      } finally {
        clearTimeout(timer);
      }
    },
    explain,
    whyNothing: (text) => (text.includes("<Code>NoSuchBucket<") ? explain(text) : undefined),
  });
}

type Place = { readonly base: URL; readonly region: string };
type Identity = () => Promise<{ accessKeyId: string; secretAccessKey: string; sessionToken?: string }>;

/** Where the bucket is, as the AWS tools find it. */
async function placeOf({ url, options: { env } }: Opening, profile: string | undefined): Promise<Place> {
  const asked = url.searchParams;
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const name = getProfileName({ ...(profile !== undefined && { profile }) });
  const settings = { ...credentialsFile[name], ...configFile[name] };
  const region =
    asked.get("region") ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? settings.region ?? "us-east-1";
  const named =
    asked.get("endpoint") ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL ?? settings.endpoint_url;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const base = new URL(named ?? `https://s3.${region}.${domain}`);
  const bucket = url.hostname;
  // A dot in the name would be one more level than a certificate covers; servers of others seldom have a name a bucket.
  const isInPath = asked.get("path-style") ?? String(named !== undefined || bucket.includes("."));
  if (isInPath === "false") base.hostname = `${bucket}.${base.hostname}`;
  else base.pathname = `${base.pathname.replace(/\/$/, "")}/${bucket}`;
  return { base, region };
}

/** Keys of the environment, or what the AWS tools find: profiles, single sign-on, web identities, the machine's own. */
async function identityOf(env: Readonly<NodeJS.ProcessEnv>, profile: string | undefined): Promise<Identity> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (profile === undefined && accessKeyId && secretAccessKey) {
    const keys = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
    return async () => keys;
  }
  const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
  return defaultProvider(profile === undefined ? {} : { profile });
}

async function signed(
  { method, url, headers, content }: Asked,
  region: string,
  identity: Identity,
): Promise<Headers> {
  const signer = new SignatureV4({
    service: "s3",
    region,
    credentials: identity,
    sha256: Sha256,
    uriEscapePath: false,
  });
  const request = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port !== "" && { port: Number(url.port) }),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host, "x-amz-content-sha256": content ?? nothing },
  };
  return (await signer.sign(request)).headers;
}

/** All but what S3 leaves as it is: the server makes the signed path anew from the name. */
function encoded(part: string): string {
  return encodeURIComponent(part).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const nothing = digestOf("");

/** What signing wants of a hash. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    if (secret === undefined) this.#hash = createHash("sha256");
    else this.#hash = createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("it is used once");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** S3 says much of a wrong signature that is nobody's business: its code and its message are enough. */
function explain(text: string): string {
  const [code, message] = ["Code", "Message"].map(
    (tag) => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1] ?? "",
  );
  const note =
    code === "AccessDenied"
      ? " (S3 says that also of what is absent, to those who lack `s3:ListBucket`)"
      : "";
  return [code, message].filter(Boolean).join(": ") + note;
}

function unknown(name: string, thrown: unknown): Failed {
  if (thrown instanceof Failed) return thrown;
  return failure(
    "cache-refused",
    name,
    rootCause(thrown),
    "give credentials as to the AWS tools: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, a profile, or `aws sso login`",
  );
}
