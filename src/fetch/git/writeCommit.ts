import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { TreeFile } from "../../store/store.ts";
import { type GitRun, runGit } from "./repository.ts";

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
  const list = await runGit(["ls-tree", "-r", "-z", "--long", "--full-tree", commit], run);
  if (!list.ok) return unreadable(commit, list.stderr);
  const entries = list.stdout.toString().split("\0").flatMap(readEntry);
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

/** `git-failed`, for a commit that is there and cannot be read. */
export function unreadable(commit: string, stderr: string) {
  return err(
    diagnostic("git-failed", `git cannot read commit \`${commit}\``, {
      causes: stderr.trim() === "" ? [] : [stderr.trim()],
      help: ["if Cargo's copy of the repository is damaged, remove it: rm -r ~/.cargo/git/db"],
    }),
  );
}

/** Changes the content of a file as checking it out does. */
type Convert = (entry: CommitEntry, bytes: Buffer) => Buffer;

/** Writes the files and links of a commit to a directory, and says what they are. */
export async function writeCommit(
  entries: readonly CommitEntry[],
  { directory, convert }: { readonly directory: string; readonly convert: Convert },
  run: GitRun,
): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  for (const some of chunks(entries.filter(({ type }) => type !== "submodule"))) {
    const ids = some.map(({ id }) => id);
    const contents = await readBlobs(ids, run);
    for (const [index, entry] of some.entries()) {
      files.push(write(entry, convert(entry, contents[index] ?? Buffer.alloc(0)), directory));
    }
  }
  return files;
}

function write({ path, type }: CommitEntry, bytes: Buffer, directory: string): TreeFile {
  const place = `${directory}/${path}`;
  mkdirSync(dirname(place), { recursive: true });
  if (type === "symlink") {
    const target = bytes.toString();
    symlinkSync(target, place);
    return { type: "symlink", path, target };
  }
  writeFileSync(place, bytes);
  const executable = type === "executable";
  if (executable) chmodSync(place, 0o755);
  return { type: "file", path, digest: digestOf(bytes), executable };
}

/** Bytes. So much is held in memory at once, unless one file is larger. */
const chunkSize = 32 * 1024 * 1024;

function* chunks(entries: readonly CommitEntry[]): Generator<CommitEntry[]> {
  let some: CommitEntry[] = [];
  let size = 0;
  for (const entry of entries) {
    if (some.length > 0 && size + entry.size > chunkSize) {
      yield some;
      [some, size] = [[], 0];
    }
    some.push(entry);
    size += entry.size;
  }
  if (some.length > 0) yield some;
}

/**
 * The contents of objects, in the order of `ids`. Read as they are recorded: filters (LFS) and line ends of the
 * user's own settings would give each machine another tree.
 *
 * @throws where the repository lacks one of them
 */
async function readBlobs(ids: readonly string[], run: GitRun): Promise<Buffer[]> {
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
