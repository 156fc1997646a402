import { posix } from "node:path";

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
 * Whether `path` is `directory` or lies below it. Both are normal and relative to one root, which is `.`
 * itself.
 *
 * @example
 * isWithin("crates/app/src", "crates/app") // true
 */
export function isWithin(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
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

/**
 * Whether Cargo, or rustup for it, reads the file at `path` itself: manifests, locks, settings, toolchain files.
 *
 * @example
 * isPlanningFile("crates/app/Cargo.toml") // true
 */
export function isPlanningFile(path: string): boolean {
  return /(^|\/)(Cargo\.(toml|lock)|\.cargo\/config(\.toml)?|rust-toolchain(\.toml)?)$/.test(path);
}
