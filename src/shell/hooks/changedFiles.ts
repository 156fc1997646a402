import { join, relative } from "node:path";
import { ok, type Result } from "../../base/result.ts";
import type { SelectableFile } from "../../derivation/fileSelection.ts";
import { entryAt, headOf, textOf } from "../../tree/files.ts";
import type { CheckedOut } from "./checkedOut.ts";
import type { Repository } from "./git.ts";
import { listedBy, pathOf } from "./names.ts";

/**
 * What a tree is compared with to know what changes: `HEAD`, or nothing before the first commit. A merge has several, and only
 * what differs from each of them is its own: what comes from one side alone was looked at there.
 *
 * @param env that of the process: `git merge` names what it merges by variables, and writes `MERGE_HEAD` only where it stops
 *   (git 2.39)
 */
export async function parentsOf(repository: Repository, env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const head = await repository.git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
  if (!head.ok) return [];
  const merged = textOf(join(repository.gitDirectory, "MERGE_HEAD")) ?? "";
  const merging = Object.keys(env).flatMap((name) => /^GITHEAD_([0-9a-f]{40,64})$/.exec(name)?.[1] ?? []);
  return [...new Set([head.stdout.trim(), ...merged.split("\n").filter((line) => line !== ""), ...merging])];
}

/**
 * The paths that are in none of the parents as they are in `tree`, with those that it lacks; without parents all. Of a renamed
 * file it is both names.
 *
 * Errors: `repository-unreadable`.
 */
export async function changedPaths(
  repository: Repository,
  tree: string,
  parents: readonly string[],
): Promise<Result<readonly string[]>> {
  if (parents.length === 0) return allPaths(repository, tree);
  const lists: (readonly string[])[] = [];
  for (const parent of parents) {
    const words = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", parent, tree];
    const listed = await listedBy(repository.git, words);
    if (!listed.ok) return listed;
    lists.push(listed.value);
  }
  const [first = [], ...others] = lists;
  const sets = others.map((names) => new Set(names));
  return ok(first.filter((path) => sets.every((names) => names.has(path))));
}

/** The paths of all files of a tree. Errors: `repository-unreadable`. */
export async function allPaths(repository: Repository, tree: string): Promise<Result<readonly string[]>> {
  return listedBy(repository.git, ["ls-tree", "-r", "-z", "--name-only", tree]);
}

/**
 * The files among paths of a repository that lie below a directory of it, as hooks select from them. What was deleted is a plain
 * file there, and empty, to those hooks that are for it.
 */
export function filesBelow(
  { top }: CheckedOut,
  root: string,
  { paths, hasDeleted }: { readonly paths: readonly string[]; readonly hasDeleted: boolean },
): readonly SelectableFile[] {
  const prefix = relative(top, root);
  return paths.flatMap((path): SelectableFile[] => {
    const inside =
      prefix === "" ? path : path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined;
    if (inside === undefined) return [];
    const file = pathOf(join(root, inside));
    const found = entryAt(file);
    if (!found) {
      const deleted = {
        path: inside,
        kind: "file",
        executable: false,
        head: () => new Uint8Array(),
      } as const;
      return hasDeleted ? [deleted] : [];
    }
    const kind = found.isFile() ? "file" : found.isSymbolicLink() ? "symlink" : undefined;
    if (kind === undefined) return [];
    return [{ path: inside, kind, executable: (found.mode & 0o100) !== 0, head: () => headOf(file) }];
  });
}
