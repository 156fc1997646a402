import { diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type GitRun, runGit } from "./runGit.ts";

/** One entry of a commit's tree. `size` is that of the content, in bytes. */
export type CommitEntry = {
  readonly path: string;
  readonly type: "file" | "executable" | "symlink" | "submodule";
  /** The name of the content, or of the submodule's commit. */
  readonly id: string;
  readonly size: number;
};

/**
 * What a commit of a repository consists of.
 *
 * Errors: `git-malformed`, for names that would be written outside the checkout; `git-failed`.
 */
export async function listCommit(commit: string, run: GitRun): Promise<Result<CommitEntry[]>> {
  const listed = await runGit(["ls-tree", "-r", "-z", "--long", "--full-tree", commit], run);
  if (!listed.ok) return err(unreadable(commit, listed.stderr));
  const entries = listed.stdout.toString().split("\0").flatMap(readEntry);
  const bad = entries.find(({ path }) => !isInside(path)) ?? misplaced(entries);
  return bad ? err(malformed(commit, bad.path)) : ok(entries);
}

function readEntry(line: string): CommitEntry[] {
  const [, mode = "", id = "", size = "", path = ""] = /^(\d+) \w+ (\w+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
  const type = types[mode];
  return type ? [{ path, type, id, size: Number(size) || 0 }] : [];
}

const types: Readonly<Record<string, CommitEntry["type"]>> = {
  "100644": "file",
  "100664": "file",
  "100755": "executable",
  "120000": "symlink",
  "160000": "submodule",
};

/** git itself refuses such names when it checks out; a server may send them all the same. */
function isInside(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && !isGits(part));
}

function isGits(part: string): boolean {
  return part.toLowerCase() === ".git";
}

/** An entry that would be written through a link, or through a file. */
function misplaced(entries: readonly CommitEntry[]): CommitEntry | undefined {
  const leaves = new Set(entries.map(({ path }) => path));
  const below = ({ path }: CommitEntry) => {
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      if (leaves.has(path.slice(0, slash))) return true;
    }
    return false;
  };
  return leaves.size < entries.length
    ? entries.find((one, at) => entries.findIndex(({ path }) => path === one.path) !== at)
    : entries.find(below);
}

function malformed(commit: string, path: string) {
  return diagnostic("git-malformed", `commit \`${commit}\` holds a file that cannot be checked out`, {
    notes: [`its path is ${JSON.stringify(path)}`],
    help: ["do not use this revision before you know how that came about"],
  });
}

function unreadable(commit: string, stderr: string) {
  return diagnostic("git-failed", `git cannot read commit \`${commit}\``, {
    causes: stderr.trim() === "" ? [] : [stderr.trim()],
    help: ["if Cargo's copy of the repository is damaged, remove it: rm -r ~/.cargo/git/db"],
  });
}
