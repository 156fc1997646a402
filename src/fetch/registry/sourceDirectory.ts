import { gitDirectory } from "../git/gitDirectory.ts";
import { isGit } from "../git/gitSource.ts";
import { registryDirectory } from "./registryDirectory.ts";

/** The directory of a lock's `source` below the vendor directory: `""`, that directory itself, for crates.io. */
export function sourceDirectory(source: string): string {
  return isGit(source) ? gitDirectory(source) : registryDirectory(source);
}
