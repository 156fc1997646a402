import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { digestOf } from "../../base/digest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { Store } from "../../store/store.ts";
import { textOf } from "../../tree/files.ts";
import { type Git, gitFailed, gitIn, type Repository, withoutRepository } from "./git.ts";
import { hookRepositoryOf, makeHookRepository } from "./hookRepository.ts";
import { listedBy } from "./names.ts";

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
  /** Submodules whose recorded commit the user does not have, so that they are empty here. */
  readonly missing: readonly string[];
  /** Runs git there: its index is that of these files, and `HEAD` the user's. */
  readonly git: Git;
};

type Where = {
  readonly store: Store;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told that another process has the directory of hooks, and when that is over. */
  readonly onWait?: (isOver: boolean) => void;
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
 * line ends, and with the submodules that the user has, at the commits that the tree records. Files that are the same as the last
 * time stay untouched, with their times, so that Cargo compiles what changed. Nobody else has the directory meanwhile.
 *
 * Nothing in it is a link to the user's files: what a hook writes there, it writes there alone, and the repository that it finds
 * there is none of the user's. What hooks change is told by another one, which they do not find.
 *
 * Errors: `repository-unreadable`.
 */
export async function checkOut(
  repository: Repository,
  tree: string,
  { store, env, signal, onWait }: Where,
): Promise<Result<CheckedOut>> {
  const place = join(store.root, "commits", digestOf(repository.gitDirectory).slice(0, 16));
  const alone = await store.exclusive(`commit ${place}`, signal, onWait);
  const top = join(place, "files");
  const head = readFileSync(join(repository.gitDirectory, "HEAD"), "utf8");
  const work = { place, env: withoutRepository(env), signal };
  const own = { common: repository.commonDirectory, head, tree, top, own: join(place, "git") };
  const filled = await fill(own, work);
  if (!filled.ok) {
    await alone[Symbol.asyncDispose]();
    return err(gitFailed(filled));
  }
  const missing = await fillSubmodules(repository.top, own, work);
  writeFileSync(join(place, "used"), "");
  return ok({
    top,
    tree,
    target: join(place, "target"),
    scratch: join(place, "scratch"),
    missing,
    git: gitOf(own, work),
    [Symbol.asyncDispose]: () => alone[Symbol.asyncDispose](),
  });
}

type Work = {
  /** What the store keeps for the repository. */
  readonly place: string;
  /** Names no repository. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/** A working directory beside the user's. */
type Beside = {
  /** What all worktrees of the repository share. */
  readonly common: string;
  readonly head: string;
  /** What it gets the files of. */
  readonly tree: string;
  readonly top: string;
  /** What is its own of a repository. */
  readonly own: string;
};

/** Told where all is: a hook may have removed `.git`, and git would take a repository above for it. */
function gitOf({ top, own }: Pick<Beside, "top" | "own">, { env, signal }: Work): Git {
  return gitIn(top, { ...env, GIT_DIR: own, GIT_WORK_TREE: top }, signal);
}

/** Gives a working directory the files of a tree, and no others. */
async function fill(beside: Beside, work: Work): Promise<Awaited<ReturnType<Git>>> {
  const { signal } = work;
  const git = gitOf(beside, work);
  const read = () => {
    makeOwnDirectory(beside);
    return git([...plainly, "read-tree", "--reset", "-u", beside.tree]);
  };
  let done = await read();
  if (!done.ok && !signal.aborted) {
    // Whatever is the matter with it, another one is made in no time.
    for (const directory of [beside.top, beside.own]) rmSync(directory, { recursive: true, force: true });
    done = await read();
  }
  if (!done.ok) return done;
  const cleaned = await git([...plainly, "clean", "-ffdxq"]);
  if (cleaned.ok) await makeHookRepository(beside, git);
  return cleaned;
}

/** Whatever the user has set for a working directory of theirs. */
const plainly = [
  ...["-c", "core.hooksPath=/dev/null", "-c", "submodule.recurse=false", "-c", "core.sparseCheckout=false"],
  ...["-c", "core.splitIndex=false", "-c", "core.untrackedCache=false"],
];

/**
 * Makes what Gantry's git takes for a worktree, though the repository does not list it: its own directory leads to what is shared. What
 * a git that was killed left behind is removed.
 */
function makeOwnDirectory(beside: Beside): void {
  const { common, head, top, own } = beside;
  mkdirSync(own, { recursive: true });
  // What a link leads to is not ours.
  if (lstatSync(top, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(top);
  mkdirSync(top, { recursive: true });
  rmSync(join(own, "index.lock"), { force: true });
  writeFileSync(join(own, "commondir"), `${common}\n`);
  writeFileSync(join(own, "HEAD"), head);
  const [pointer, file] = [`gitdir: ${hookRepositoryOf(beside)}\n`, join(top, ".git")];
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() && textOf(file) === pointer) return;
  rmSync(file, { recursive: true, force: true });
  writeFileSync(file, pointer);
}

/**
 * Gives the submodules of a working directory the files of the commits that its index records, and theirs in turn. One that the
 * user has not checked out stays empty, as it is there.
 *
 * @param from the user's own directory of what there is a copy of
 * @returns those whose commit the user does not have
 */
async function fillSubmodules(
  from: string,
  { top, own: repository }: Pick<Beside, "top" | "own">,
  work: Work,
): Promise<readonly string[]> {
  if (!existsSync(join(top, ".gitmodules"))) return [];
  const { env, signal, place } = work;
  const listed = await listedBy(gitOf({ top, own: repository }, work), ["ls-files", "--stage", "-z"]);
  if (!listed.ok) return [];
  const missing: string[] = [];
  for (const line of listed.value) {
    const [, commit, path] = /^160000 (\w+) \d\t(.+)$/s.exec(line) ?? [];
    if (commit === undefined || path === undefined) continue;
    const copy = join(top, path);
    const empty = () => {
      rmSync(copy, { recursive: true, force: true });
      mkdirSync(copy, { recursive: true });
    };
    if (!existsSync(join(from, path, ".git"))) {
      empty();
      continue;
    }
    const theirs = await gitIn(join(from, path), env, signal)(["rev-parse", "--git-common-dir"]);
    const common = resolve(join(from, path), theirs.stdout.replace(/\n$/, ""));
    const own = join(place, "modules", digestOf(copy).slice(0, 16));
    const beside = { common, head: `${commit}\n`, tree: commit, top: copy, own };
    const filled = theirs.ok ? await fill(beside, work) : theirs;
    if (filled.ok) {
      const below = await fillSubmodules(join(from, path), beside, work);
      missing.push(...below.map((name) => join(path, name)));
    } else if (!signal.aborted) {
      // Files of another commit would be taken for those of this one.
      empty();
      missing.push(path);
    }
  }
  return missing;
}

/**
 * The files that differ from what was there when it was checked out, new ones left aside.
 *
 * Errors: `repository-unreadable`.
 */
export async function modifiedIn({ git }: CheckedOut): Promise<Result<readonly string[]>> {
  return listedBy(git, ["diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", "--ignore-submodules"]);
}
