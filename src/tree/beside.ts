import { randomUUID } from "node:crypto";
import { lstatSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * A path beside another one, where nothing lies: for what is complete before it takes the place of that. It is found by chance. The
 * number of a process means another one in a container that shares the directory, and that of one that was killed is given again.
 *
 * @param ending what it is called by. Default: `new`
 * @example
 * besideOf("/home/me/app/result") // "/home/me/app/result.1d5c0a7e.new"
 */
export function besideOf(path: string, ending = "new"): string {
  return `${path}.${randomUUID().slice(0, 8)}.${ending}`;
}

/** The same for what can be made again. What killed processes left of it is removed, once it is older than a day. */
export function freeBeside(path: string): string {
  for (const left of leftBeside(path)) {
    try {
      rmSync(left, { recursive: true, force: true });
    } catch {
      // Another user's may stay.
    }
  }
  return besideOf(path);
}

/** The name that something shall have in the end: its own, if it has none of `freeBeside`. */
export function nameInTheEnd(name: string): string {
  return name.replace(/\.[0-9a-f]{8}\.new$/, "");
}

function leftBeside(path: string): readonly string[] {
  const limit = Date.now() - 24 * 3600 * 1000;
  const [directory, own] = [dirname(path), basename(path)];
  try {
    return readdirSync(directory)
      .filter((name) => name !== own && nameInTheEnd(name) === own)
      .map((name) => join(directory, name))
      .filter((left) => (lstatSync(left, { throwIfNoEntry: false })?.mtimeMs ?? limit) < limit);
  } catch {
    // It is not there yet, or may not be listed.
    return [];
  }
}
