// tree: trees of files on disk: walking them, following links, and reading single files.

import { isUtf8 } from "node:buffer";
import { chmodSync, type Dirent, lstatSync, readdirSync, type Stats } from "node:fs";
import { errorCode } from "../base/narrowing.ts";

/**
 * What lies in a directory or below it.
 *
 * - `special`: a socket, pipe or device. No tree can hold one, and reading one may wait for ever.
 * - `undecodable`: whatever has a name that is not UTF-8. Node shows U+FFFD in its place, and cannot open it.
 */
export type Entry = {
  readonly name: string;
  readonly type: "file" | "directory" | "symlink" | "special" | "undecodable";
};

/** `path` is relative to where the walk began, with `/`. */
type WalkedEntry = Entry & { readonly path: string };

type WalkOptions = {
  /** Whether to go into a directory. Default: into all. */
  readonly enters?: (path: string) => boolean;
  /** False: a directory that vanishes meanwhile, or was never there, counts as empty. Default: true. */
  readonly throwIfNoEntry?: boolean;
};

/**
 * Everything below a directory. Links are not followed. A directory comes before what is in it, and is read only after
 * it was handed out, so that the caller may change its permissions first.
 *
 * @throws what the system throws for a directory that cannot be read
 * @example
 * for (const { path, type } of walk("/home/me/app")) if (type === "file") read(`/home/me/app/${path}`);
 */
export function* walk(root: string, options: WalkOptions = {}): Generator<WalkedEntry> {
  const { enters = () => true, throwIfNoEntry = true } = options;
  const directories = [""];
  for (let below = directories.pop(); below !== undefined; below = directories.pop()) {
    const inside: string[] = [];
    for (const entry of list(root + below, throwIfNoEntry)) {
      const path = `${below}/${entry.name}`.slice(1);
      yield { ...entry, path };
      if (entry.type === "directory" && enters(path)) inside.push(`/${path}`);
    }
    directories.push(...inside.reverse());
  }
}

/**
 * Gives the owner the use of all files and directories below a directory and of itself, whatever their modes were: who built them
 * may have taken it away, as Go does in its cache of modules. Links are not followed, nor is more given than is lacking.
 *
 * @param mode what of files is lacking where they have less; of directories it is all. Default: to read and to write
 * @throws what the system throws for a directory that cannot be read
 */
export function permit(root: string, mode = 0o600): void {
  const give = (path: string, wanted: number) => {
    const { mode: has } = lstatSync(path);
    if ((has & wanted) !== wanted) chmodSync(path, (has & 0o7777) | wanted);
  };
  give(root, 0o700);
  for (const { path, type } of walk(root)) {
    if (type === "directory") give(`${root}/${path}`, 0o700);
    if (type === "file") give(`${root}/${path}`, mode);
  }
}

/**
 * What lies in one directory, in the system's order. What vanishes meanwhile is left out.
 *
 * @throws what the system throws for a directory that cannot be read
 */
export function entriesOf(directory: string): Entry[] {
  const entry = (name: string, found: Dirent | Stats | undefined): Entry[] => {
    if (isUndecodable(directory, name)) return [{ name, type: "undecodable" }];
    return found ? [{ name, type: typeOf(found) }] : [];
  };
  try {
    return readdirSync(directory, { withFileTypes: true }).flatMap((found) => entry(found.name, found));
  } catch (thrown) {
    // Where a file system tells no types, as some over a network, Node looks at each entry, and one of them may be gone by then.
    if (errorCode(thrown) !== "ENOENT") throw thrown;
    return readdirSync(directory).flatMap((name) =>
      entry(name, lstatSync(`${directory}/${name}`, { throwIfNoEntry: false })),
    );
  }
}

function list(directory: string, throwIfNoEntry: boolean): Entry[] {
  try {
    return entriesOf(directory);
  } catch (thrown) {
    if (!throwIfNoEntry && errorCode(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

/** A name may also hold U+FFFD itself. */
function isUndecodable(directory: string, name: string): boolean {
  if (!name.includes("\ufffd")) return false;
  return readdirSync(directory, { encoding: "buffer" }).some(
    (bytes) => bytes.toString() === name && !isUtf8(bytes),
  );
}

function typeOf(entry: Dirent | Stats): Entry["type"] {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "directory";
  return entry.isSymbolicLink() ? "symlink" : "special";
}
