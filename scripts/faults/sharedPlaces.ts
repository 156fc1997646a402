import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { asDigest, type Digest } from "../../src/base/digest.ts";
import { parsedJson } from "../../src/base/parsedJson.ts";
import { openBackend } from "../../src/cache/backend/openBackend.ts";
import { trustedKey } from "../../src/cache/statement/keys.ts";
import { entryKey, packsOf, readStatement } from "../../src/cache/statement/statement.ts";
import { startBazelRemote } from "../../test/rig/servers/bazelRemote.ts";
import { valueOfResult } from "../../test/rig/valueOfResult.ts";

/** Where a shared cache lies that is pushed to and pulled from. */
export type SharedPlace = AsyncDisposable & {
  /** As the end of a sentence. */
  readonly name: string;
  url(): string;
  /** Makes that there is nothing in it. */
  empty(): Promise<void> | void;
  /** What lies there under the names of statements. */
  keys(): readonly Digest[];
};

/** A directory, as on a mount that several machines have. */
export function directoryPlace(path: string): SharedPlace {
  return {
    name: "a directory",
    url: () => pathToFileURL(path).href,
    empty() {
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
    },
    keys: () => keysBelow(join(path, "ac")),
    [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A bazel-remote. It knows what it has by an index in memory, so that an empty one is another. */
export async function bazelRemotePlace(scheme: "http" | "grpc"): Promise<SharedPlace> {
  let server = await startBazelRemote();
  return {
    name: `bazel-remote, by ${scheme === "http" ? "HTTP" : "gRPC"}`,
    url: () => `${scheme}://127.0.0.1:${server.ports[scheme === "http" ? 0 : 1]}`,
    async empty() {
      await server[Symbol.asyncDispose]();
      server = await startBazelRemote();
    },
    keys: () => ["ac.v2", "raw.v2"].flatMap((kind) => keysBelow(join(server.directory, "cache", kind))),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function keysBelow(directory: string): readonly Digest[] {
  if (!existsSync(directory)) return [];
  const paths = readdirSync(directory, { recursive: true, encoding: "utf8" });
  return paths.flatMap((path) => asDigest(basename(path).slice(0, 64)) ?? []);
}

/**
 * What is wrong with what lies in a cache that nobody writes to: each statement is whole, signed, under its own key, and its blobs are
 * there with the bytes that it says.
 */
export async function faultsOfShared(
  place: SharedPlace,
  { base, trusted }: { readonly base: string; readonly trusted: string },
): Promise<string[]> {
  const signal = new AbortController().signal;
  await using backend = valueOfResult(openBackend(place.url(), { signal, env: {} }));
  const { found, unreadable } = valueOfResult(await backend.entries(place.keys()));
  const faults = unreadable.map((key) => `${key} is no entry`);
  const believers = [valueOfResult(trustedKey(trusted))];
  const wanted = new Map<Digest, number>();
  for (const [key, { statement }] of found) {
    const name = nameIn(statement);
    const read = name && readStatement(statement, name, believers);
    if (!read || "problem" in read) faults.push(`${key} ${read?.problem ?? "says nothing"}`);
    else if (entryKey(name) !== key) faults.push(`${key} is about something else`);
    else for (const { digest, size } of packsOf(read.statement)) wanted.set(digest, size);
  }
  const scratch = mkdtempSync(join(base, "blobs-"));
  const blobs = [...wanted].map(([digest, size]) => ({ digest, size }));
  const failed = valueOfResult(await backend.fetch(blobs, ({ digest }) => join(scratch, digest)));
  rmSync(scratch, { recursive: true });
  return [...faults, ...[...failed].map(([digest, how]) => `the blob ${digest} is ${how}`)];
}

/** What a statement says that it is about. */
function nameIn(bytes: Uint8Array) {
  const outer = parsedJson(Buffer.from(bytes).toString());
  const text = typeof outer === "object" && outer && "statement" in outer ? outer.statement : undefined;
  const inner = typeof text === "string" ? parsedJson(text) : undefined;
  if (typeof inner !== "object" || !inner || !("kind" in inner && "key" in inner && "version" in inner))
    return;
  return { kind: String(inner.kind), key: String(inner.key), version: Number(inner.version) };
}
