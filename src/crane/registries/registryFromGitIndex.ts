import type { CrateRegistry } from "../../derivation/vendor.ts";
import { registrySource } from "./registrySource.ts";

/**
 * A registry whose index is a repository, at a commit that has the current `config.json` (Crane's
 * `registryFromGitIndex`).
 */
export function registryFromGitIndex(args: {
  readonly indexUrl: string;
  readonly rev: string;
}): CrateRegistry {
  return {
    source: registrySource(args.indexUrl),
    index: args.indexUrl.replace(/^registry\+/, ""),
    rev: args.rev,
  };
}
