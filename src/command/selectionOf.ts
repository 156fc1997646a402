import type { Selection } from "../crane/libContext.ts";
import type { BuildOptions } from "./buildOptions.ts";

/** What `-p`, `--profile` and `--target` chose. */
export function selectionOf(options: Pick<BuildOptions, "packages" | "profile" | "target">): Selection {
  return {
    packages: options.packages,
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.target !== undefined && { target: options.target }),
  };
}
