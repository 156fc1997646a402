import { lstatSync, mkdirSync, readlinkSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { errorCode } from "../base/narrowing.ts";

/**
 * Makes a directory that a user named, with those above it. Where the system refuses one as if something above it were missing,
 * as in `/proc`, `mkdirSync` with `recursive` tries for ever (Node 24.21), and a read-only file system it calls a missing file.
 *
 * @returns the first that was not there, below which the others are; undefined where all were
 * @throws what the system says of the first that it refuses; ENOTDIR where a file is in the way, or a link that leads nowhere;
 * EPERM where no directories can be made, as in `/proc`, whatever the system calls it
 */
export function makeDirectory(directory: string): string | undefined {
  const missing: string[] = [];
  let at = resolve(directory);
  for (; !statSync(at, { throwIfNoEntry: false }); at = dirname(at)) missing.unshift(at);
  if (!statSync(at).isDirectory()) throw inTheWay(at, "is a file");
  for (const each of missing) {
    try {
      mkdirSync(each);
    } catch (thrown) {
      // Another process may have made it meanwhile.
      if (statSync(each, { throwIfNoEntry: false })?.isDirectory()) continue;
      if (lstatSync(each, { throwIfNoEntry: false })?.isSymbolicLink())
        throw inTheWay(each, `is a link to \`${readlinkSync(each)}\`, which is not there`);
      // What is above it is there.
      if (errorCode(thrown) === "ENOENT" && statSync(dirname(each), { throwIfNoEntry: false }))
        throw refusing(dirname(each), each);
      throw thrown;
    }
  }
  return missing[0];
}

function inTheWay(path: string, what: string): Error {
  return Object.assign(new Error(`\`${path}\` ${what}`), { code: "ENOTDIR", path });
}

function refusing(above: string, path: string): Error {
  return Object.assign(new Error(`no directory can be made in \`${above}\``), { code: "EPERM", path });
}
