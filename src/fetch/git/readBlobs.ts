import { type GitRun, runGit } from "./runGit.ts";

/**
 * The contents of objects, in the order of `ids`. Read as they are recorded: line ends, `export-subst` and filters
 * (LFS) depend on the user's own settings and would give each machine another tree.
 *
 * @throws where the repository lacks one of them
 */
export async function readBlobs(ids: readonly string[], run: GitRun): Promise<Buffer[]> {
  if (ids.length === 0) return [];
  const { stdout, stderr } = await runGit(["cat-file", "--batch"], { ...run, input: `${ids.join("\n")}\n` });
  const contents: Buffer[] = [];
  let at = 0;
  for (const id of ids) {
    const end = stdout.indexOf("\n", at);
    const [, , size] = stdout.toString("latin1", at, end === -1 ? at : end).split(" ");
    if (size === undefined) throw new Error(`git does not give the content of ${id}: ${stderr}`);
    contents.push(stdout.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return contents;
}
