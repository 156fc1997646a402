import { posix } from "node:path";
import { normalPath } from "./normalPath.ts";

/**
 * The directory that `path`, as written in a file of `directory`, names, relative to the source's root (`.`
 * itself). Undefined: it lies outside, where a build cannot see it.
 */
export function localPath(directory: string, path: string): string | undefined {
  if (posix.isAbsolute(path) || /^[A-Za-z]:/.test(path)) return undefined;
  const joined = normalPath(directory, path);
  return joined === ".." || joined.startsWith("../") ? undefined : joined;
}
