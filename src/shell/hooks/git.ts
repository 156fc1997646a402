// shell/hooks: git's own hooks: where they lie, installing them, and running what they run on what is staged.

import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { repositoryOf } from "../../project/gitRules.ts";

/** A repository with a working directory, as git sees it from there. Paths are absolute. */
export type Repository = {
  /** Its working directory, or that of the worktree. */
  readonly top: string;
  /** What is the worktree's own: `HEAD`, the index. */
  readonly gitDirectory: string;
  /** What all worktrees share. */
  readonly commonDirectory: string;
  /** Where git looks for hooks. */
  readonly hooksDirectory: string;
  /** What the commit will be made of: while git commits, it may name one of its own. */
  readonly index: string;
  /** Runs git there. */
  readonly git: Git;
};

export type Git = (words: readonly string[], more?: GitOptions) => Promise<Ran>;

type GitOptions = {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** With `latin1` each byte of what git prints is a character, whatever it is. Default: `utf8`. */
  readonly encoding?: "latin1" | "utf8";
};

type Ran = {
  readonly ok: boolean;
  /** Bytes that are no UTF-8 are replaced, where another encoding was not asked for. */
  readonly stdout: string;
  readonly stderr: string;
  /** The command, as a person would type it. */
  readonly command: string;
};

type Opening = { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal };

/**
 * The repository that a directory lies in, whatever repository git was about when it started the process: an alias and
 * `git rebase --exec` hand theirs over by variables.
 *
 * Errors: `repository-missing`, `git-missing`; `repository-unreadable`, for what git says against it.
 *
 * @param env that of the process
 */
export async function openRepository(
  directory: string,
  { env, signal }: Opening,
): Promise<Result<Repository>> {
  return openAs(directory, { env: withSettings(env), signal });
}

/**
 * The repository that a directory lies in, with what git hands over to a hook: the index that counts, for one. Where that is about
 * another repository, it counts for nothing.
 *
 * Errors: those of `openRepository`.
 */
export async function openHandedRepository(
  directory: string,
  { env, signal }: Opening,
): Promise<Result<Repository>> {
  const found = await openRepository(directory, { env, signal });
  if (!found.ok || !Object.keys(env).some((name) => ofOneRepository.has(name))) return found;
  const handed = await openAs(directory, { env, signal });
  return handed.ok && handed.value.gitDirectory === found.value.gitDirectory ? handed : found;
}

/** Without what says which repository is meant, and with the settings that somebody gives by variables. */
function withSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...withoutRepository(env), GIT_CONFIG_COUNT: env.GIT_CONFIG_COUNT };
}

async function openAs(directory: string, { env, signal }: Opening): Promise<Result<Repository>> {
  const top = repositoryOf(realpathSync(directory));
  if (top === undefined) return err(outside());
  const git = gitIn(top, env, signal);
  const asked = ["--absolute-git-dir", "--git-common-dir", "--git-path", "hooks", "--git-path", "index"];
  const told = await git(["rev-parse", ...asked]);
  if (!told.ok) return err(told.command === "" ? noGit() : gitFailed(told));
  const lines = told.stdout.replace(/\n$/, "").split("\n");
  // A name with a line break is told from two names by asking for each alone.
  const [own, common, hooks, index] = lines.length === 4 ? lines : await eachAlone(git);
  if (own === undefined || common === undefined || hooks === undefined || index === undefined)
    return err(gitFailed(told));
  return ok({
    top,
    gitDirectory: resolve(top, own),
    commonDirectory: realPath(resolve(top, common)),
    hooksDirectory: realPath(resolve(top, hooks)),
    index: resolve(top, index),
    git,
  });
}

/** A link may lead to what others use as well. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

async function eachAlone(git: Git): Promise<readonly string[]> {
  const questions = [
    ["--absolute-git-dir"],
    ["--git-common-dir"],
    ["--git-path", "hooks"],
    ["--git-path", "index"],
  ];
  const told = await Promise.all(questions.map((words) => git(["rev-parse", ...words])));
  return told.map(({ stdout }) => stdout.replace(/\n$/, ""));
}

/** Git, run in a directory with just these variables. */
export function gitIn(directory: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Git {
  return async (words, more = {}) => {
    const { execa } = await import("execa");
    const ran = await execa("git", ["-c", "core.fsmonitor=false", ...words], {
      cwd: directory,
      env: { ...env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C", ...more.env },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      encoding: more.encoding ?? "utf8",
      ...(more.input === undefined ? { stdin: "ignore" as const } : { input: more.input }),
      cancelSignal: signal,
      maxBuffer: Number.POSITIVE_INFINITY,
    });
    const { stdout = "", stderr = "", exitCode, code } = ran;
    const command = code === "ENOENT" ? "" : ["git", ...words].join(" ");
    return { ok: exitCode === 0, stdout, stderr, command };
  };
}

/** The variables by which git tells a program which repository it works on (`git rev-parse --local-env-vars`, git 2.39). */
const ofOneRepository: ReadonlySet<string> = new Set([
  ...["GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"],
  ...["GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE"],
  ...["GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX"],
  ...["GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_INTERNAL_SUPER_PREFIX"],
]);

/** An environment in which git finds the repository by the directory alone. */
export function withoutRepository(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ofOneRepository.has(name)));
}

/** What git said, where it refused. */
export function gitFailed({ command, stderr }: Pick<Ran, "command" | "stderr">): Diagnostic {
  return diagnostic("repository-unreadable", `\`${command}\` failed`, {
    causes: stderr.split("\n").filter((line) => line !== ""),
  });
}

function outside(): Diagnostic {
  return diagnostic("repository-missing", "the project lies in no git repository", {
    notes: ["git runs hooks before commits, and what is staged is what they look at"],
    help: ["git init"],
    status: 2,
  });
}

function noGit(): Diagnostic {
  return diagnostic("git-missing", "`git` not found on `PATH`");
}
