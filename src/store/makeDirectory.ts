import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory and those above it.
 *
 * @throws what the system says of the first that it refuses; Node alone says ENOENT for every read-only file system
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (thrown) {
    let first = path;
    while (!existsSync(dirname(first))) first = dirname(first);
    if (!existsSync(first)) mkdirSync(first);
    throw thrown;
  }
}
