import { posix } from "node:path";

/**
 * The directory that `path`, as written in a file of `directory`, names, relative to the source's root (`.`
 * itself). Undefined: it lies outside, where a build cannot see it.
 */
export function localPath(directory: string, path: string): string | undefined {
  if (posix.isAbsolute(path) || /^[A-Za-z]:/.test(path)) return undefined;
  const joined = posix.join(directory, path).replace(/(.)\/$/, "$1");
  return joined === ".." || joined.startsWith("../") ? undefined : joined;
}

/** Whether `path` is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
}
