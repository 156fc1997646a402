import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { textOf } from "../../tree/files.ts";
import { type Git, gitFailed, gitIn, namesIn, type Repository, withoutRepository } from "./git.ts";

/** A working directory of Gantry's own that has just what is staged, or what a commit has. */
export type CheckedOut = AsyncDisposable & {
  /** Stands for the repository's top. */
  readonly top: string;
  /** The object that it has the files of. */
  readonly tree: string;
  /** A target directory for Cargo that is kept from one time to the next. */
  readonly target: string;
  /** A file for whatever has to be one in passing. */
  readonly scratch: string;
  /** Submodules, which are links to what the user has checked out. */
  readonly submodules: readonly string[];
  /** Runs git there: its index is that of these files, and `HEAD` the user's. */
  readonly git: Git;
};

type Where = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/**
 * The object of the tree that a commit would have now. Nothing of the user's is written but objects, which the commit needs
 * anyway: the index is asked as a copy.
 *
 * Errors: `hooks-unmerged`; `repository-unreadable`.
 */
export async function stagedTree(repository: Repository, { store }: Where): Promise<Result<string>> {
  await using scratch = await store.tempDir("index");
  const index = join(scratch.path, "index");
  // Where nothing was ever staged there is none.
  if (existsSync(repository.index)) cpSync(repository.index, index);
  const written = await repository.git(["write-tree"], { env: { GIT_INDEX_FILE: index } });
  if (written.ok) return ok(written.stdout.trim());
  const isUnmerged = /unmerged/.test(written.stderr);
  return err(isUnmerged ? unmerged() : gitFailed(written));
}

function unmerged(): Diagnostic {
  return diagnostic("hooks-unmerged", "the index has files that are not merged yet", {
    notes: ["hooks look at what is staged, which these files are not"],
    help: ["resolve them, and then: git add FILE"],
  });
}

/**
 * Checks a tree out into a directory that the store keeps for the repository, or the worktree, as git would: with filters and
 * line ends. Files that are the same as the last time stay untouched, with their times, so that Cargo compiles what changed.
 * Nobody else has the directory meanwhile.
 *
 * Errors: `repository-unreadable`.
 */
export async function checkOut(
  repository: Repository,
  tree: string,
  { store, env, signal }: Where,
): Promise<Result<CheckedOut>> {
  const place = join(store.root, "commits", digestOf(repository.gitDirectory).slice(0, 16));
  const alone = await store.exclusive(`commit ${place}`, signal);
  const [own, top] = [join(place, "git"), join(place, "files")];
  const git = gitIn(top, withoutRepository(env), signal);
  const read = async () => {
    makeOwnDirectory(repository, { own, top });
    return git([...plainly, "read-tree", "--reset", "-u", tree]);
  };
  let done = await read();
  if (!done.ok && !signal.aborted) {
    // Whatever is the matter with it, another one is made in no time.
    rmSync(place, { recursive: true, force: true });
    done = await read();
  }
  const cleaned = done.ok ? await git([...plainly, "clean", "-ffdxq"]) : done;
  if (!cleaned.ok) {
    await alone[Symbol.asyncDispose]();
    return err(gitFailed(cleaned));
  }
  writeFileSync(join(place, "used"), "");
  return ok({
    top,
    tree,
    target: join(place, "target"),
    scratch: join(place, "scratch"),
    submodules: await linkSubmodules(repository, top, git),
    git,
    [Symbol.asyncDispose]: () => alone[Symbol.asyncDispose](),
  });
}

/** Whatever the user has set for a working directory of theirs. */
const plainly = [
  ...["-c", "core.hooksPath=/dev/null", "-c", "submodule.recurse=false", "-c", "core.sparseCheckout=false"],
  ...["-c", "core.splitIndex=false", "-c", "core.untrackedCache=false"],
];

/**
 * Makes what git takes for a worktree, though the repository does not list it: its own directory leads to what is shared. What
 * a git that was killed left behind is removed.
 */
function makeOwnDirectory(
  repository: Repository,
  { own, top }: { readonly own: string; readonly top: string },
) {
  mkdirSync(own, { recursive: true });
  mkdirSync(top, { recursive: true });
  rmSync(join(own, "index.lock"), { force: true });
  writeFileSync(join(own, "commondir"), `${repository.commonDirectory}\n`);
  writeFileSync(join(own, "HEAD"), readFileSync(join(repository.gitDirectory, "HEAD")));
  const pointer = `gitdir: ${own}\n`;
  if (textOf(join(top, ".git")) !== pointer) writeFileSync(join(top, ".git"), pointer);
}

/** Their content is no part of the commit, so the one that is there is shown. */
async function linkSubmodules(repository: Repository, top: string, git: Git): Promise<readonly string[]> {
  if (!existsSync(join(top, ".gitmodules"))) return [];
  const listed = await git(["ls-files", "--stage", "-z"]);
  const paths = namesIn(listed.stdout).flatMap((line) => /^160000 \w+ \d\t(.+)$/s.exec(line)?.[1] ?? []);
  for (const path of paths) {
    const [from, to] = [join(repository.top, path), join(top, path)];
    if (!existsSync(join(from, ".git"))) continue;
    if (lstatSync(to, { throwIfNoEntry: false })?.isDirectory()) rmdirSync(to);
    mkdirSync(dirname(to), { recursive: true });
    if (!lstatSync(to, { throwIfNoEntry: false })) symlinkSync(from, to);
  }
  return paths;
}

/** The files that differ from what was there when it was checked out, new ones left aside. */
export async function modifiedIn({ git, submodules }: CheckedOut): Promise<readonly string[]> {
  const told = await git([
    "diff",
    "--name-only",
    "-z",
    "--no-ext-diff",
    "--no-renames",
    "--ignore-submodules",
  ]);
  const own = new Set(submodules);
  return namesIn(told.stdout).filter((path) => !own.has(path));
}
