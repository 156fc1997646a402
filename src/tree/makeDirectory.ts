import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a directory that a user named, with those above it. Where the system refuses one as if something above it were missing,
 * as in `/proc`, `mkdirSync` with `recursive` tries for ever (Node 24.21), and a read-only file system it calls a missing file.
 *
 * @throws what the system says of the first that it refuses; ENOTDIR where a file is in the way
 */
export function makeDirectory(directory: string): void {
  const missing: string[] = [];
  let at = resolve(directory);
  for (; !statSync(at, { throwIfNoEntry: false }); at = dirname(at)) missing.unshift(at);
  if (!statSync(at).isDirectory()) {
    throw Object.assign(new Error(`\`${at}\` is a file`), { code: "ENOTDIR", path: at });
  }
  for (const each of missing) {
    try {
      mkdirSync(each);
    } catch (thrown) {
      // Another process may have made it meanwhile.
      if (!statSync(each, { throwIfNoEntry: false })?.isDirectory()) throw thrown;
    }
  }
}
