import { userInfo } from "node:os";
import { isAbsolute, posix, relative, resolve } from "node:path";

/** The directory of a relative path with `/`; `""` for one at the top. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

/** An absolute directory and those above it, nearest first. A relative one counts from where the process runs. */
export function parentDirectories(directory: string): readonly string[] {
  return upward(resolve(directory));
}

/**
 * A directory and those above it, nearest first.
 *
 * @param directory absolute, or relative to a root, which is `.` itself
 * @example
 * upward("crates/app") // ["crates/app", "crates", "."]
 */
export function upward(directory: string): readonly string[] {
  const above = posix.dirname(directory);
  return above === directory ? [directory] : [directory, ...upward(above)];
}

/** Whether an absolute path is `directory` or lies below it. */
export function isInside(path: string, directory: string): boolean {
  const inside = relative(directory, path);
  return inside !== ".." && !inside.startsWith("../") && !isAbsolute(inside);
}

/** An absolute path as one would type it in `root`: relative to it, unless it lies outside. */
export function shownFrom(root: string, path: string): string {
  return isInside(path, root) ? relative(root, path) : path;
}

/**
 * Joins parts of a path as a user writes them (`./crates/../app/`) to the one way of writing it (`app`).
 *
 * @example
 * normalPath("crates", "../app/") // "app"
 */
export function normalPath(...parts: readonly string[]): string {
  return posix.join(...parts).replace(/(.)\/$/, "$1");
}

/**
 * The directory that `path`, as written in a file of `directory`, names, relative to the source's root (`.`
 * itself). Undefined: it lies outside, where a build cannot see it.
 */
export function localPath(directory: string, path: string): string | undefined {
  if (posix.isAbsolute(path) || /^[A-Za-z]:/.test(path)) return undefined;
  const joined = normalPath(directory, path);
  return joined === ".." || joined.startsWith("../") ? undefined : joined;
}

/**
 * Whether `path` is `directory` or lies below it. Both are normal, and absolute or relative to one root, which is `.`
 * itself.
 *
 * @example
 * isWithin("crates/app/src", "crates/app") // true
 */
export function isWithin(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
}

/** The user's directory: `HOME`, else what the system knows; a user whom it does not know, as in containers, has the root. */
export function homeOf(env: Readonly<Record<string, string | undefined>>): string {
  if (env.HOME) return env.HOME;
  try {
    return userInfo().homedir;
  } catch {
    return "";
  }
}
