import picomatch from "picomatch/posix.js";
import { normalPath } from "./normalPath.ts";

/**
 * The directories that one of a workspace's patterns names, in the order of `directories`.
 *
 * @param pattern a path or a glob as in `members`: `*` and `?` stay within a name, `**` does not
 * @param directories those with a `Cargo.toml`, relative to the workspace's root (itself `.`)
 */
export function expandMembers(pattern: string, directories: readonly string[]): readonly string[] {
  const normal = normalPath(pattern);
  if (!isGlob(pattern)) return directories.filter((directory) => directory === normal);
  const matches = picomatch(normal, { dot: true, nobrace: true, noextglob: true, nonegate: true });
  return directories.filter((directory) => matches(directory));
}

/** Whether the pattern may name no directory at all without that being a mistake. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}
