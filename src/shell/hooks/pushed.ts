import { readFileSync } from "node:fs";
import { ok, type Result } from "../../base/result.ts";
import { changedPaths } from "./changedFiles.ts";
import type { Repository } from "./git.ts";

/**
 * The commits that are pushed, and what they change against what the other side has. Git says them on the standard input of its
 * hook, a line each: a local reference and its commit, one of the other side and its commit (`githooks(5)`, git 2.39).
 *
 * Errors: `repository-unreadable`.
 */
export async function pushedTrees(
  repository: Repository,
): Promise<Result<readonly { readonly tree: string; readonly paths: readonly string[] }[]>> {
  const found: { tree: string; paths: readonly string[] }[] = [];
  for (const line of readFileSync(0, "utf8").split("\n")) {
    const [, local = "", , remote = ""] = line.split(" ");
    // What has no commit is deleted there.
    if (!/[^0]/.test(local)) continue;
    // A tag may name a single file.
    if (!(await repository.git(["cat-file", "-e", `${local}^{commit}`])).ok) continue;
    const base = await baseOf(repository, local, remote);
    const paths = await changedPaths(repository, `${local}^{tree}`, base === undefined ? [] : [base]);
    if (!paths.ok) return paths;
    found.push({ tree: `${local}^{tree}`, paths: paths.value });
  }
  return ok(found);
}

/** What the other side has, as far as it is known here; of a new branch where it leaves what was pushed before. */
async function baseOf({ git }: Repository, local: string, remote: string): Promise<string | undefined> {
  if (/[^0]/.test(remote) && (await git(["cat-file", "-e", `${remote}^{commit}`])).ok) return remote;
  const first = await git(["rev-list", "--reverse", "--topo-order", local, "--not", "--remotes"]);
  const oldest = first.stdout.split("\n")[0] ?? "";
  if (oldest === "") return local;
  const parent = await git(["rev-parse", "--verify", "--quiet", `${oldest}^`]);
  return parent.ok ? parent.stdout.trim() : undefined;
}
