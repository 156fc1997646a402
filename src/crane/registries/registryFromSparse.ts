import type { CrateRegistry } from "../../derivation/vendor.ts";

/**
 * A sparse registry, whose `config.json` says where crates are downloaded from (Crane's
 * `registryFromSparse`).
 *
 * @param args.indexUrl the index, or its `config.json`
 * @param args.configSha256 of that file, in hexadecimal. Default: what it says is believed; the lock's
 *   checksums pin the crates in either case
 */
export function registryFromSparse(args: {
  readonly indexUrl: string;
  readonly configSha256?: string;
}): CrateRegistry {
  const index = args.indexUrl.replace(/^sparse\+/, "").replace(/config\.json$/, "");
  const url = index.endsWith("/") ? index : `${index}/`;
  const { configSha256 } = args;
  return {
    source: `sparse+${url}`,
    configUrl: `${url}config.json`,
    ...(configSha256 !== undefined && { configSha256 }),
  };
}
