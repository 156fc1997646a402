import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { errorCode } from "../../base/narrowing.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { nameInTheEnd } from "../../tree/beside.ts";
import { entryAt, unreadable } from "../../tree/files.ts";
import { type Entry, entriesOf } from "../../tree/walk.ts";
import { type GitRules, gitRules } from "../gitRules.ts";
import type { Keeps } from "./filterPredicate.ts";
import type { Listing, ListingMemory } from "./scanMemory.ts";

/** What lies in a directory and is neither ignored by git nor made by a build. Paths are relative to it. */
export type Walk = {
  /** Files and symlinks, in no particular order. */
  readonly paths: string[];
  readonly symlinks: Set<string>;
  readonly directories: Set<string>;
  readonly special: string[];
  readonly undecodable: string[];
};

/**
 * Lists a source tree. Directories that `keeps` refuses are not entered; files are listed whether it keeps
 * them or not. Symlinks are not followed.
 *
 * Errors: `source-unreadable` for a directory that cannot be listed.
 */
export function walkSource(
  root: string,
  keeps: Keeps,
  memory: ListingMemory,
  rules: GitRules = gitRules(root),
): Result<Walk> {
  const walk: Walk = { paths: [], symlinks: new Set(), directories: new Set(), special: [], undecodable: [] };
  const failure = enter({ walk, root, keeps, memory }, "", rules);
  return failure ? err(failure) : ok(walk);
}

type Job = {
  readonly walk: Walk;
  readonly root: string;
  readonly keeps: Keeps;
  readonly memory: ListingMemory;
};

function enter(job: Job, directory: string, outer: GitRules): Diagnostic | undefined {
  const { walk } = job;
  const prefix = directory === "" ? "" : `${directory}/`;
  let listed: ReturnType<typeof listAsItIs>;
  try {
    listed = listAsItIs(job, directory, outer);
  } catch (thrown) {
    return unreadable(directory === "" ? job.root : directory, thrown);
  }
  if (!listed) return undefined;
  const { listing, rules } = listed;
  for (const name of listing.files) walk.paths.push(prefix + name);
  for (const name of listing.symlinks) {
    walk.paths.push(prefix + name);
    walk.symlinks.add(prefix + name);
  }
  for (const name of listing.special) walk.special.push(prefix + name);
  for (const name of listing.undecodable) walk.undecodable.push(prefix + name);
  for (const name of listing.directories) {
    const path = prefix + name;
    if (!job.keeps(path, "directory")) continue;
    walk.directories.add(path);
    const failure = enter(job, path, rules);
    if (failure) return failure;
  }
  return undefined;
}

/** How often a directory is looked at, in which something vanishes each time. */
const looks = 5;

/**
 * Undefined for a directory that vanished since it was listed itself. Editors put files in the place of others, `.gitignore` among
 * them: where that was seen and is not there, it is looked for again.
 */
function listAsItIs(job: Job, directory: string, outer: GitRules): ReturnType<typeof list> | undefined {
  for (let left = looks; ; left -= 1) {
    try {
      return list(job, directory, outer);
    } catch (thrown) {
      if (!["ENOENT", "ENOTDIR"].includes(errorCode(thrown)) || left === 1) throw thrown;
      if (directory !== "" && entryAt(`${job.root}/${directory}`)?.isDirectory() !== true) return undefined;
    }
  }
}

function list({ root, memory }: Job, directory: string, outer: GitRules) {
  const absolute = directory === "" ? root : `${root}/${directory}`;
  const known = memory.get(directory, statSync(absolute), outer.id);
  if (known) return { listing: known, rules: outer };
  // Another directory may have come into its place, or into that of one above it, and may leave again: listed is just this one.
  const descriptor = openSync(absolute, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const stats = fstatSync(descriptor);
    const entries = entriesOf(`/proc/self/fd/${descriptor}`);
    const listed = listDirectory({ root, directory, entries }, outer);
    if (listed.isLasting) memory.set(directory, { stats, rules: outer.id, listing: listed.listing });
    return listed;
  } finally {
    closeSync(descriptor);
  }
}

type ListedDirectory = {
  readonly listing: Listing;
  /** The rules for what lies below. */
  readonly rules: GitRules;
  /** Whether the listing stays true while the directory's own times do: not if a file's content shaped it. */
  readonly isLasting: boolean;
};

type OpenDirectory = {
  readonly root: string;
  readonly directory: string;
  /** What lies in it. */
  readonly entries: readonly Entry[];
};

/**
 * Lists `directory` (relative; `""` is the root). A `Cargo.lock` at the root is listed even where git ignores
 * it, as it is in many libraries: no build can do without it.
 *
 * @throws what the system throws for a directory that cannot be read
 */
function listDirectory({ root, directory, entries }: OpenDirectory, outer: GitRules): ListedDirectory {
  const prefix = directory === "" ? "" : `${directory}/`;
  const absolute = directory === "" ? root : `${root}/${directory}`;
  const listing: Listing = { directories: [], files: [], symlinks: [], special: [], undecodable: [] };
  if (directory !== "" && has(entries, "CACHEDIR.TAG") && isCacheTag(`${absolute}/CACHEDIR.TAG`)) {
    return { listing, rules: outer, isLasting: false };
  }
  const shapes = has(entries, ".gitignore");
  const within = shapes ? outer.below(directory, readFileSync(`${absolute}/.gitignore`, "utf8")) : outer;
  // A submodule, say: a file or a directory.
  const isNested = directory !== "" && entries.some(({ name }) => name === ".git");
  const rules = isNested ? within.inRepository(directory, absolute) : within;
  for (const { name, type } of entries) {
    const path = prefix + name;
    if (isNeverSource(path, name, type)) continue;
    if (isIgnored(rules, path, type) && path !== "Cargo.lock") continue;
    listing[lists[type]].push(name);
  }
  // The paths of a walk are sorted, which takes a fraction where most are in order.
  listing.files.sort();
  listing.directories.sort();
  return { listing, rules, isLasting: !shapes && !isNested && !has(entries, "CACHEDIR.TAG") };
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
 * directory `target` and the links `result` and `result-…`, and `gantry.lock`, which a build may have to write first and
 * which is in keys by what it pins; each also by the name under which it is made. Elsewhere names like these may be the
 * project's.
 */
export function isNeverSource(path: string, name: string, type: Entry["type"]): boolean {
  if (name.startsWith(".")) return hidden.has(name);
  if (path !== name) return false;
  const own = nameInTheEnd(name);
  if (type === "directory") return own === "target";
  if (type === "file") return own === "gantry.lock";
  return type === "symlink" && (own === "result" || own.startsWith("result-"));
}

const hidden: ReadonlySet<string> = new Set([".git", ".gantry", ".hg", ".jj", ".svn"]);

/**
 * Whether a directory's `CACHEDIR.TAG` says that everything beside it can be made again; Cargo writes one
 * into each target directory, whatever it is called.
 *
 * Source: the Cache Directory Tagging Specification (bford.info/cachedir), version 0.6.
 */
export function isCacheTag(file: string): boolean {
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
