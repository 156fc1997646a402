import { closeSync, type Dirent, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import type { FileType } from "../../derivation/model.ts";
import { isUndecodable } from "../../tree/walk.ts";
import type { GitRules } from "../gitRules.ts";

/** What one directory of a source holds, without what git ignores and what builds wrote. Names, not paths. */
export type Listing = {
  readonly directories: string[];
  readonly files: string[];
  readonly symlinks: string[];
  /** Sockets, pipes and devices: no build can have them. */
  readonly special: string[];
  /** Names that are not UTF-8, with U+FFFD where they are not. */
  readonly undecodable: string[];
};

type ListedDirectory = {
  readonly listing: Listing;
  /** The rules for what lies below. */
  readonly rules: GitRules;
  /** Whether the listing stays true while the directory's own times do: not if a file's content shaped it. */
  readonly isLasting: boolean;
};

/**
 * Lists `directory` (relative; `""` is the root). A `Cargo.lock` at the root is listed even where git ignores
 * it, as it is in many libraries: no build can do without it.
 *
 * @throws what the system throws for a directory that cannot be read
 */
export function listDirectory(root: string, directory: string, outer: GitRules): ListedDirectory {
  const prefix = directory === "" ? "" : `${directory}/`;
  const absolute = directory === "" ? root : `${root}/${directory}`;
  const listing: Listing = { directories: [], files: [], symlinks: [], special: [], undecodable: [] };
  const entries = readdirSync(absolute, { withFileTypes: true });
  if (directory !== "" && has(entries, "CACHEDIR.TAG") && isCacheTag(`${absolute}/CACHEDIR.TAG`)) {
    return { listing, rules: outer, isLasting: false };
  }
  const shapes = has(entries, ".gitignore");
  const rules = shapes ? outer.below(directory, readFileSync(`${absolute}/.gitignore`, "utf8")) : outer;
  for (const entry of entries) {
    const name = entry.name;
    const path = prefix + name;
    const type = entry.isDirectory() ? "directory" : entry.isSymbolicLink() ? "symlink" : "file";
    if (isNeverSource(path, name, type)) continue;
    if (rules.ignores(type === "directory" ? `${path}/` : path) && path !== "Cargo.lock") continue;
    if (isUndecodable(absolute, name)) listing.undecodable.push(name);
    else if (type === "directory") listing.directories.push(name);
    else if (type === "symlink") listing.symlinks.push(name);
    else if (entry.isFile()) listing.files.push(name);
    else listing.special.push(name);
  }
  return { listing, rules, isLasting: !shapes && !has(entries, "CACHEDIR.TAG") };
}

function has(entries: readonly Dirent[], name: string): boolean {
  return entries.some((entry) => entry.name === name && entry.isFile());
}

/**
 * What no filter can keep: version control, Gantry's own files, and what builds wrote. At the root, that is a
 * directory `target` and the links `result` and `result-…`; elsewhere names like these may be the project's.
 */
function isNeverSource(path: string, name: string, type: FileType): boolean {
  if (name.charCodeAt(0) === dot) return hidden.has(name);
  if (path !== name) return false;
  if (type === "directory") return name === "target";
  return type === "symlink" && (name === "result" || name.startsWith("result-"));
}

const dot = 46;
const hidden: ReadonlySet<string> = new Set([".git", ".gantry", ".hg", ".jj", ".svn"]);

/**
 * Whether a directory's `CACHEDIR.TAG` says that everything beside it can be made again; Cargo writes one
 * into each target directory, whatever it is called.
 *
 * Source: the Cache Directory Tagging Specification (bford.info/cachedir), version 0.6.
 */
function isCacheTag(file: string): boolean {
  const head = Buffer.alloc(signature.length);
  try {
    const descriptor = openSync(file, "r");
    try {
      readSync(descriptor, head, 0, head.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
  return head.toString("latin1") === signature;
}

const signature = "Signature: 8a477f597d28d172789f06886806bc55";
