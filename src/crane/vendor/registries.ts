import * as v from "valibot";
import type { CrateRegistry } from "../../derivation/model.ts";
import type { Schema } from "../arguments/refuse.ts";

/** What `appendCrateRegistries` takes. */
export const registriesSchema = v.array(
  v.looseObject({ source: v.string() }, "a registry, such as `crane.registryFromSparse` and its like give"),
);

type SparseArgs = { readonly indexUrl: string; readonly configSha256?: string };

export const registryFromSparseSchema = {
  indexUrl: v.string(),
  configSha256: v.optional(
    v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits, in lower case")),
  ),
} satisfies Schema<SparseArgs>;

/**
 * A sparse registry, whose `config.json` says where crates are downloaded from (Crane's
 * `registryFromSparse`).
 *
 * @param args.indexUrl the index, or its `config.json`
 * @param args.configSha256 of that file, in hexadecimal. Default: what it says is believed; the lock's
 *   checksums pin the crates in either case
 * @example
 * const lib = crane.appendCrateRegistries([
 *   crane.registryFromSparse({ indexUrl: "https://crates.example.org/index/" }),
 * ]);
 */
export function registryFromSparse(args: SparseArgs): CrateRegistry {
  const index = args.indexUrl.replace(/^sparse\+/, "").replace(/config\.json$/, "");
  const url = index.endsWith("/") ? index : `${index}/`;
  const { configSha256 } = args;
  return {
    source: `sparse+${url}`,
    configUrl: `${url}config.json`,
    ...(configSha256 !== undefined && { configSha256 }),
  };
}

type DownloadUrlArgs = { readonly dl: string; readonly indexUrl: string };

export const registryFromDownloadUrlSchema = {
  dl: v.string(),
  indexUrl: v.string(),
} satisfies Schema<DownloadUrlArgs>;

/**
 * A registry by its download address (Crane's `registryFromDownloadUrl`).
 *
 * @param args.dl the `dl` of the registry's `config.json`
 * @param args.indexUrl the index, as the lock has it: with `sparse+`, or the URL of a repository
 * @example
 * const lib = crane.appendCrateRegistries([
 *   crane.registryFromDownloadUrl({
 *     indexUrl: "https://git.example.org/index.git",
 *     dl: "https://crates.example.org/{crate}/{crate}-{version}.crate",
 *   }),
 * ]);
 */
export function registryFromDownloadUrl(args: DownloadUrlArgs): CrateRegistry {
  return { source: registrySource(args.indexUrl), downloadUrl: args.dl };
}

type GitIndexArgs = { readonly indexUrl: string; readonly rev: string };

export const registryFromGitIndexSchema = {
  indexUrl: v.string(),
  rev: v.string(),
} satisfies Schema<GitIndexArgs>;

/**
 * A registry whose index is a repository, at a commit that has the current `config.json` (Crane's
 * `registryFromGitIndex`).
 *
 * @example
 * const lib = crane.appendCrateRegistries([
 *   crane.registryFromGitIndex({ indexUrl: "https://git.example.org/index.git", rev: "8f3c…" }),
 * ]);
 */
export function registryFromGitIndex(args: GitIndexArgs): CrateRegistry {
  return {
    source: registrySource(args.indexUrl),
    index: args.indexUrl.replace(/^registry\+/, ""),
    rev: args.rev,
  };
}

/** A registry's `source` as a lock has it, for the URL of its index. */
function registrySource(indexUrl: string): string {
  return /^(?:registry|sparse)\+/.test(indexUrl) ? indexUrl : `registry+${indexUrl}`;
}
