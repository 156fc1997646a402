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
