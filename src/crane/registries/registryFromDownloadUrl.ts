import type { CrateRegistry } from "../../derivation/vendor.ts";
import { registrySource } from "./registrySource.ts";

/**
 * A registry by its download address, for `appendCrateRegistries` (Crane's `registryFromDownloadUrl`).
 *
 * @param args.dl the `dl` of the registry's `config.json`
 * @param args.indexUrl the index, as the lock has it: with `sparse+`, or the URL of a repository
 */
export function registryFromDownloadUrl(args: {
  readonly dl: string;
  readonly indexUrl: string;
}): CrateRegistry {
  return { source: registrySource(args.indexUrl), downloadUrl: args.dl };
}
