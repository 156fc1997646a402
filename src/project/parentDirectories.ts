import { dirname, resolve } from "node:path";

/** A directory and those above it, nearest first. */
export function parentDirectories(directory: string): string[] {
  const found = [resolve(directory)];
  for (let at = resolve(directory); dirname(at) !== at; ) {
    at = dirname(at);
    found.push(at);
  }
  return found;
}
