import { diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { systemError } from "../../base/systemError.ts";
import {
  type Backend,
  type BackendOptions,
  type Bare,
  type BlobId,
  type Counters,
  type OnBytes,
  type Opening,
  usualDeadlines,
} from "./backend.ts";
import { shownAddress } from "./shownAddress.ts";
import { Failed } from "./transport/failure.ts";

/** What begins a URL, with how it is written; each backend is loaded when it is first used. */
const schemes: Readonly<Record<string, Scheme>> = {
  file: {
    form: "file:///srv/gantry-cache",
    isOne: (url) => /^file:\/\/(localhost)?\/./i.test(url),
    load: async (opening) => (await import("./directory.ts")).directoryBackend(opening),
  },
  http: {
    form: "http://cache.example.org:8080",
    isOne: (url) => /^http:\/\/./i.test(url),
    load: async (opening) => (await import("./http.ts")).httpBackend(opening),
  },
  https: {
    form: "https://cache.example.org",
    isOne: (url) => /^https:\/\/./i.test(url),
    load: async (opening) => (await import("./http.ts")).httpBackend(opening),
  },
  s3: {
    form: "s3://bucket/prefix?region=eu-central-1",
    isOne: (url) => /^s3:\/\/[^/?#@]+/i.test(url) && isEndpoint(new URL(url).searchParams.get("endpoint")),
    load: async (opening) => (await import("./s3.ts")).s3Backend(opening),
  },
  grpc: {
    form: "grpc://cache.example.org:9092/instance",
    isOne: (url) => /^grpc:\/\/./i.test(url),
    load: async (opening) => (await import("./grpc.ts")).grpcBackend(opening),
  },
  grpcs: {
    form: "grpcs://cache.example.org/instance",
    isOne: (url) => /^grpcs:\/\/./i.test(url),
    load: async (opening) => (await import("./grpc.ts")).grpcBackend(opening),
  },
};

type Scheme = {
  readonly form: string;
  readonly isOne: (url: string) => boolean;
  readonly load: (opening: Opening) => Promise<Bare>;
};

/**
 * The backend that a URL names. Nothing is loaded, and nothing asked of a server, before the first call.
 *
 * Errors: `cache-url`.
 *
 * @example
 * openBackend("file:///srv/gantry-cache", { signal, env: process.env })
 */
export function openBackend(text: string, options: BackendOptions): Result<Backend> {
  const [, begin = ""] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [];
  const scheme = schemes[begin.toLowerCase()];
  if (!scheme || !URL.canParse(text) || !scheme.isOne(text)) return err(badUrl(text, begin, scheme));
  const url = new URL(text);
  const name = shownAddress(text);
  const counters: Counters = { requests: 0, received: 0, sent: 0 };
  const opening = { url, name, counters, options: { deadlines: usualDeadlines, ...options } };
  let loaded: Promise<Bare> | undefined;
  const call = async <T>(run: (bare: Bare) => Promise<T>): Promise<Result<T>> => {
    try {
      options.signal.throwIfAborted();
      loaded ??= scheme.load(opening);
      return ok(await run(await loaded));
    } catch (thrown) {
      if (options.signal.aborted) return err(diagnostic("interrupted", "interrupted"));
      if (thrown instanceof Failed) return err(thrown.diagnostic);
      const system = systemError(thrown, `using the cache \`${name}\``);
      if (system) return err(system);
      throw thrown;
    }
  };
  const untold: OnBytes = () => {};
  return ok({
    name,
    counters,
    entries: (keys) => call((to) => to.entries([...new Set(keys)])),
    putEntry: (key, entry, replace = false) => call((to) => to.putEntry(key, entry, replace)),
    missing: (blobs) => call((to) => to.missing(once(blobs))),
    fetch: (blobs, path, onBytes = untold) => call((to) => to.fetch(once(blobs), path, onBytes)),
    put: (blobs, path, onBytes = untold) => call((to) => to.put(once(blobs), path, onBytes)),
    async [Symbol.asyncDispose]() {
      const opened = await loaded?.catch(() => undefined);
      await opened?.close();
    },
  });
}

function isEndpoint(endpoint: string | null): boolean {
  return endpoint === null || (URL.canParse(endpoint) && /^https?:\/\/[^@]+$/.test(endpoint));
}

/** Two transfers of one blob would write one file. */
function once(blobs: readonly BlobId[]): readonly BlobId[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

function badUrl(text: string, name: string, scheme: Scheme | undefined) {
  const shown = shownAddress(text);
  const { searchParams = undefined } = URL.parse(text) ?? {};
  const isWrong = scheme && name === "s3" && !isEndpoint(searchParams?.get("endpoint") ?? null);
  if (scheme)
    return diagnostic("cache-url", `\`${shown}\` is no address of a cache`, {
      notes: isWrong ? ["`endpoint` is an address with http or https, and without a user"] : [],
      help: [`write it as \`${scheme.form}\``],
      status: 2,
    });
  if (name === "" && text.startsWith("/"))
    return diagnostic("cache-url", `\`${shown}\` is a path, and a cache is named by a URL`, {
      help: [`write it as \`file://${shown}\``],
      status: 2,
    });
  const meant = nearest(name, Object.keys(schemes));
  return diagnostic("cache-url", `\`${shown}\` is no address of a cache`, {
    notes: [
      `known are ${Object.values(schemes)
        .map(({ form }) => `\`${form}\``)
        .join(", ")}`,
    ],
    help: meant === undefined ? [] : [`did you mean \`${meant}:\`?`],
    status: 2,
  });
}
