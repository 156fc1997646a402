import { fileURLToPath } from "node:url";
import { diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { redact } from "../../cargo/redact.ts";
import type { Backend, BackendOptions, BlobId, Counters } from "./backend.ts";

type Bare = Omit<Backend, "name" | "counters">;
type Opening = { readonly url: URL; readonly options: BackendOptions; readonly counters: Counters };

/** What begins a URL, with how it is written; each backend is loaded when it is first used. */
const schemes: Readonly<Record<string, Scheme>> = {
  file: {
    form: "file:///srv/gantry-cache",
    isOne: (url) => /^file:\/\/(localhost)?\/./i.test(url),
    async load({ url, options, counters }) {
      return (await import("./directory.ts")).directoryBackend(fileURLToPath(url), options.signal, counters);
    },
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
  const [, name = ""] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? [];
  const scheme = schemes[name.toLowerCase()];
  if (!scheme || !URL.canParse(text) || !scheme.isOne(text)) return err(badUrl(text, name, scheme));
  const url = new URL(text);
  const counters: Counters = { requests: 0, received: 0, sent: 0 };
  let loaded: Promise<Bare> | undefined;
  const bare = (): Promise<Bare> => (loaded ??= scheme.load({ url, options, counters }));
  const call = async <T>(run: (bare: Bare) => Promise<Result<T>>): Promise<Result<T>> => {
    const stopped = () => err(diagnostic("interrupted", "interrupted"));
    if (options.signal.aborted) return stopped();
    try {
      const result = await run(await bare());
      return !result.ok && options.signal.aborted ? stopped() : result;
    } catch (thrown) {
      if (options.signal.aborted) return stopped();
      throw thrown;
    }
  };
  return ok({
    name: shown(url),
    counters,
    entries: (keys) => call((to) => to.entries([...new Set(keys)])),
    putEntry: (key, entry, replace) => call((to) => to.putEntry(key, entry, replace)),
    missing: (blobs) => call((to) => to.missing(once(blobs))),
    fetch: (blobs, path, onBytes) => call((to) => to.fetch(once(blobs), path, onBytes)),
    put: (blobs, path, onBytes) => call((to) => to.put(once(blobs), path, onBytes)),
    async [Symbol.asyncDispose]() {
      await (await loaded)?.[Symbol.asyncDispose]();
    },
  });
}

/** Two transfers of one blob would write one file. */
function once(blobs: readonly BlobId[]): readonly BlobId[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

/** A URL without its user, its password, and what else may be a secret. */
function shown(url: URL): string {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  return bare.href.replace(/\/$/, "");
}

function badUrl(text: string, name: string, scheme: Scheme | undefined) {
  const shown = redact(text);
  if (scheme)
    return diagnostic("cache-url", `\`${shown}\` is no address of a cache`, {
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
