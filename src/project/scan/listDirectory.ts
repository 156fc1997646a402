import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { type Entry, entriesOf } from "../../tree/walk.ts";
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
  const entries = entriesOf(absolute);
  if (directory !== "" && has(entries, "CACHEDIR.TAG") && isCacheTag(`${absolute}/CACHEDIR.TAG`)) {
    return { listing, rules: outer, isLasting: false };
  }
  const shapes = has(entries, ".gitignore");
  const rules = shapes ? outer.below(directory, readFileSync(`${absolute}/.gitignore`, "utf8")) : outer;
  for (const { name, type } of entries) {
    const path = prefix + name;
    if (isNeverSource(path, name, type)) continue;
    if (isIgnored(rules, path, type) && path !== "Cargo.lock") continue;
    listing[lists[type]].push(name);
  }
  return { listing, rules, isLasting: !shapes && !has(entries, "CACHEDIR.TAG") };
}

const lists = {
  directory: "directories",
  file: "files",
  symlink: "symlinks",
  special: "special",
  undecodable: "undecodable",
} as const;

/** What is undecodable may be a directory. */
function isIgnored(rules: GitRules, path: string, type: Entry["type"]): boolean {
  if (type === "directory") return rules.ignores(`${path}/`);
  return rules.ignores(path) || (type === "undecodable" && rules.ignores(`${path}/`));
}

function has(entries: readonly Entry[], name: string): boolean {
  return entries.some((entry) => entry.name === name && entry.type === "file");
}

/**
 * What no filter can keep: version control, Gantry's own files, and what builds wrote. At the root, that is a
 * directory `target` and the links `result` and `result-…`; elsewhere names like these may be the project's.
 */
function isNeverSource(path: string, name: string, type: Entry["type"]): boolean {
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
