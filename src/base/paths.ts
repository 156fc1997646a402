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

/** In UTF-16 code units. */
const longestShown = 300;

/**
 * A path as a message shows it: of one that is as long as the system allows, which would fill a screen, the beginning and the end.
 *
 * @example
 * shortPath("a/".repeat(2000)) // "a/a/a/…/a/a/a/"
 */
export function shortPath(path: string): string {
  if (path.length <= longestShown) return path;
  const [begins, ends] = [path.slice(0, longestShown / 2), path.slice(-longestShown / 2)];
  const slash = ends.indexOf("/");
  return `${begins.slice(0, begins.lastIndexOf("/") + 1) || begins}…${slash === -1 ? ends : ends.slice(slash)}`;
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
