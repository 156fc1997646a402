import { statSync } from "node:fs";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { unreadable } from "../../tree/files.ts";
import { type GitRules, gitRules } from "../gitRules.ts";
import type { Keeps } from "./filterPredicate.ts";
import { listDirectory } from "./listDirectory.ts";
import type { ListingMemory } from "./scanMemory.ts";

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
export function walkSource(root: string, keeps: Keeps, memory: ListingMemory): Result<Walk> {
  const walk: Walk = { paths: [], symlinks: new Set(), directories: new Set(), special: [], undecodable: [] };
  const failure = enter({ walk, root, keeps, memory }, "", gitRules(root));
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
  let listed: ReturnType<typeof list>;
  try {
    listed = list(job, directory, outer);
  } catch (thrown) {
    return unreadable(directory === "" ? job.root : directory, thrown);
  }
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

function list({ root, memory }: Job, directory: string, outer: GitRules) {
  const stats = statSync(directory === "" ? root : `${root}/${directory}`);
  const known = memory.get(directory, stats, outer.id);
  if (known) return { listing: known, rules: outer };
  const listed = listDirectory(root, directory, outer);
  if (listed.isLasting) memory.set(directory, { stats, rules: outer.id, listing: listed.listing });
  return listed;
}
