import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Git } from "./git.ts";

type Original = {
  /** What all worktrees of the repository share. */
  readonly common: string;
  /** The text of its `HEAD`. */
  readonly head: string;
  /** The object that is checked out. */
  readonly tree: string;
  /** The working directory. */
  readonly top: string;
  /** Git's own directory by which Gantry checks out there, with the index. */
  readonly own: string;
};

/** Where the repository lies that hooks find. */
export function hookRepositoryOf({ own }: Pick<Original, "own">): string {
  return `${own}-of-hooks`;
}

/**
 * Makes the repository that hooks find in a working directory of Gantry's: it has the branches, tags, settings and objects of the
 * user's, and the index of what is checked out. What a hook commits, stashes, stages or sets is in it alone, and gone the
 * next time. Objects are shared for reading (`gitrepository-layout(5)`, `objects/info/alternates`).
 *
 * @param git runs it by `own`
 */
export async function makeHookRepository(original: Original, git: Git): Promise<void> {
  const { common, own, head } = original;
  const directory = hookRepositoryOf(original);
  rmSync(directory, { recursive: true, force: true });
  for (const path of ["objects/info", "refs", "info"]) mkdirSync(join(directory, path), { recursive: true });
  const objects = join(common, "objects");
  writeFileSync(
    join(directory, "objects/info/alternates"),
    `${objects.includes("\n") ? quoted(objects) : objects}\n`,
  );
  writeFileSync(join(directory, "HEAD"), head);
  writeFileSync(join(directory, "config"), configurationFor(original));
  const format = "%(objectname) %(refname) %(symref)";
  const listed = await git(["for-each-ref", `--format=${format}`], { encoding: "latin1" });
  const packed: string[] = [];
  for (const line of listed.stdout.split("\n")) {
    const [object, name = "", symbolic = ""] = line.split(" ");
    if (symbolic === "") packed.push(line.trimEnd());
    else if (object !== undefined) writeReference(join(directory, name), symbolic);
  }
  writeFileSync(
    join(directory, "packed-refs"),
    `${packed.filter((line) => line !== "").join("\n")}\n`,
    "latin1",
  );
  for (const [from, name] of [
    [own, "index"],
    [common, "shallow"],
    [common, "info/exclude"],
    [common, "info/attributes"],
  ] as const)
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(directory, name));
}

function writeReference(file: string, to: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `ref: ${to}\n`);
}

/** What git asks before it reads others is not found in what is included. */
function configurationFor({ common, tree, top }: Original): string {
  const isSha256 = /^[0-9a-f]{64}/.test(tree);
  return `[core]
	repositoryformatversion = ${isSha256 ? 1 : 0}
${isSha256 ? "[extensions]\n\tobjectFormat = sha256\n" : ""}[include]
	path = ${quoted(join(common, "config"))}
[core]
	bare = false
	worktree = ${quoted(top)}
	hooksPath = /dev/null
	sparseCheckout = false
	fsmonitor = false
`;
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
