import { existsSync, lstatSync, mkdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { isInside } from "../../base/paths.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CommitHook, CommitStage } from "../../derivation/commitHooks.ts";
import { isIgnoredByGit } from "../../project/gitRules.ts";
import { textOf } from "../../tree/files.ts";
import { replaceFile } from "../../tree/replaceFile.ts";
import { shellWord } from "../quote.ts";
import { chainedPlace, keepHook, putBackHook } from "./chainedHook.ts";
import type { Repository } from "./git.ts";
import { chainedDirectory, gantryIn, gitStages, hookScript, isOurs, projectsIn } from "./hookScript.ts";

/** A stage that is a hook of git's. */
type GitStage = Exclude<CommitStage, "manual">;

/** What lies where git looks for a hook. */
export type HookState = {
  readonly stage: GitStage;
  readonly file: string;
  /**
   * - `stale`: it is Gantry's, and installing it again changes it
   * - `foreign`: it is somebody else's
   * - `directory`: a directory is in its place
   */
  readonly state: "absent" | "installed" | "stale" | "foreign" | "directory";
  /** Of a foreign one, whose it is, as far as it says. */
  readonly by?: string;
  /** Of a stale one, the program that it starts, if that is gone. */
  readonly gone?: string;
};

/** What is to be installed. */
type WantedHooks = {
  readonly repository: Repository;
  /** The project's directory, absolute. */
  readonly root: string;
  /** Those of the project. */
  readonly hooks: readonly Pick<CommitHook, "id" | "stages">[];
  /** The program that hooks start. */
  readonly gantry: string;
};

/** How the hooks of a project stand in a repository. Reads, and changes nothing. */
export function hookStates({ repository, root, hooks, gantry }: WantedHooks): readonly HookState[] {
  return gitStages.flatMap((stage): HookState[] => {
    const file = join(repository.hooksDirectory, stage);
    const found = lstatSync(file, { throwIfNoEntry: false });
    const isWanted = idsAt(stage, hooks).length > 0;
    if (!found) return isWanted ? [{ stage, file, state: "absent" }] : [];
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
      return isWanted ? [{ stage, file, state: "directory" }] : [];
    const text = textOf(file) ?? "";
    if (!isOurs(text)) return isWanted ? [{ stage, file, state: "foreign", by: whoseHook(file, text) }] : [];
    const wanted = scriptFor({ repository, root, gantry }, stage, isWanted, text);
    const isRunnable = (found.mode & 0o100) !== 0;
    if (text === wanted && isRunnable) return [{ stage, file, state: "installed" }];
    const starts = gantryIn(text);
    const isGone = starts?.startsWith("/") === true && !existsSync(starts);
    return [{ stage, file, state: "stale", ...(starts !== undefined && isGone && { gone: starts }) }];
  });
}

function idsAt(stage: GitStage, hooks: WantedHooks["hooks"]): readonly string[] {
  return hooks.filter(({ stages }) => stages.includes(stage)).map(({ id }) => id);
}

/** The text of a hook that has this project among others, or no more; undefined where none is left. */
function scriptFor(
  { repository, root, gantry }: Omit<WantedHooks, "hooks">,
  stage: GitStage,
  isWanted: boolean,
  before: string,
): string | undefined {
  const own = relative(repository.top, root) || ".";
  const others = projectsIn(before).filter((project) => project !== own);
  const projects = isWanted ? [...others, own].sort() : others;
  return projects.length === 0 ? undefined : hookScript({ stage, projects, gantry });
}

/**
 * Installs git's hooks for a project, beside those of other projects of the repository. A hook that somebody else wrote is left
 * as it is; with `chain` it is kept beside, and runs first.
 *
 * Errors: `hook-foreign`, `hook-directory`; `hooks-elsewhere`, where git looks for hooks in a directory that belongs to others as well; all
 * before anything is written.
 *
 * @returns what was done, a line each; nothing where all was so already
 */
export function installHooks(wanted: WantedHooks, chain = false): Result<readonly string[]> {
  const { repository, root, gantry, hooks } = wanted;
  const shared = sharedDirectory(wanted);
  if (shared) return err(shared);
  const states = hookStates(wanted);
  const blocked = states.find(({ state }) => state === "directory");
  if (blocked) return err(isDirectory(repository, blocked));
  const foreign = states.filter(({ state }) => state === "foreign");
  if (foreign.length > 0 && !chain) return err(areForeign(wanted, foreign));
  const occupied = foreign.find(({ file }) => lstatSync(chainedPlace(file), { throwIfNoEntry: false }));
  if (occupied) return err(isOccupied(repository, occupied));
  const done: string[] = [];
  for (const { stage, file, state } of states) {
    if (state === "installed") continue;
    if (state === "foreign") {
      keepHook(file);
      done.push(`kept \`${shown(repository, file)}\` as \`${chainedDirectory}/${stage}\`, which runs first`);
    }
    const before = state === "stale" ? (textOf(file) ?? "") : "";
    const ids = idsAt(stage, hooks);
    const text = scriptFor({ repository, root, gantry }, stage, ids.length > 0, before);
    if (text === undefined) {
      done.push(...removeHook(repository, file));
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    replaceFile(file, text, 0o755);
    const verb = state === "stale" ? "updated" : "installed";
    const runs = ids.length === 0 ? "" : `, which runs ${backticked(ids)}`;
    done.push(`${verb} \`${shown(repository, file)}\`${runs}`);
  }
  return ok(done);
}

/**
 * Removes a project from git's hooks, and a hook that is for no other. What was there before is put back; what somebody else
 * wrote is left as it is.
 *
 * @returns what was done, a line each
 */
export function uninstallHooks(wanted: Omit<WantedHooks, "hooks">): readonly string[] {
  const { repository } = wanted;
  return gitStages.flatMap((stage) => {
    const file = join(repository.hooksDirectory, stage);
    const text = textOf(file) ?? "";
    if (!isOurs(text)) return [];
    const rest = scriptFor(wanted, stage, false, text);
    if (rest === undefined) return removeHook(repository, file);
    if (rest === text) return [];
    replaceFile(file, rest, 0o755);
    return [`removed this project from \`${shown(repository, file)}\``];
  });
}

function removeHook(repository: Repository, file: string): string[] {
  if (putBackHook(file)) return [`put back \`${shown(repository, file)}\` as it was before`];
  rmSync(file, { force: true });
  return [`removed \`${shown(repository, file)}\``];
}

/** From the top of the repository, as far as it lies there. */
function shown({ top }: Repository, file: string): string {
  return isInside(file, top) ? relative(top, file) || "." : file;
}

/** Whose a hook is, by what its text says. */
function whoseHook(file: string, text: string): string {
  if (lstatSync(file).isSymbolicLink()) return `a link to ${readlinkSync(file)}`;
  const known = [
    [/^# File generated by pre-commit/m, "pre-commit's"],
    [/^# File generated by prek/m, "prek's"],
    [/lefthook/i, "lefthook's"],
    [/husky/i, "husky's"],
    [/git[ -]lfs/i, "git-lfs's"],
  ] as const;
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? "somebody else's";
}

/**
 * Why hooks must not be written to the directory in which git looks for them: other repositories have the same, or it is part
 * of what is committed.
 */
export function sharedDirectory(wanted: Omit<WantedHooks, "gantry">): Diagnostic | undefined {
  const { repository } = wanted;
  const { top, commonDirectory, hooksDirectory } = repository;
  if (isInside(hooksDirectory, commonDirectory)) return undefined;
  if (isInside(hooksDirectory, join(top, ".git"))) return nowhere(repository);
  const isCommitted = isInside(hooksDirectory, top) && !isIgnoredByGit(`${hooksDirectory}/`);
  const isOutside = !isInside(hooksDirectory, top);
  if (!isCommitted && !isOutside) return undefined;
  const directory = shown(repository, hooksDirectory);
  return diagnostic(
    "hooks-elsewhere",
    `git looks for hooks in \`${directory}\`, ${isOutside ? "outside of this repository" : "which belongs to the project"}`,
    {
      notes: [
        "`core.hooksPath` says so; see where: git config --show-origin core.hooksPath",
        isOutside
          ? "what lies there may be run for other repositories, too"
          : "a hook there names files of this machine, and would be committed",
      ],
      help: [
        ...gitStages
          .filter((stage) => idsAt(stage, wanted.hooks).length > 0)
          .map((stage) => `add to the hook \`${stage}\` there${lineFor(wanted, stage)}`),
        `or have this repository look into its own, and no more into \`${directory}\`: git config --local core.hooksPath "$(git rev-parse --path-format=absolute --git-common-dir)/hooks"`,
      ],
    },
  );
}

/** What a hook of somebody else's has to run. Git starts hooks at the top of the repository. */
function lineFor({ repository, root }: Pick<WantedHooks, "repository" | "root">, stage: GitStage): string {
  const own = relative(repository.top, root);
  const at = own === "" ? "" : ` -C ${shellWord(own)}`;
  const input = stage === "pre-push" ? ", with what git gives it on standard input" : "";
  return `${input}: gantry${at} hooks run --stage ${stage} || exit`;
}

/** In a worktree `.git` is a file, so that the usual directory by a relative path is none (git 2.39). */
function nowhere(repository: Repository): Diagnostic {
  return diagnostic(
    "hooks-elsewhere",
    `git looks for hooks in \`${shown(repository, repository.hooksDirectory)}\`, which no worktree has`,
    {
      notes: [
        "`core.hooksPath` says so, and in a worktree `.git` is a file; git runs no hook here, and does not say so",
      ],
      help: [unset],
    },
  );
}

const unset =
  "let git look where it does by itself, in the file that says so: git config --show-origin core.hooksPath";

function areForeign(wanted: WantedHooks, foreign: readonly HookState[]): Diagnostic {
  const shownOf = ({ file }: HookState) => shown(wanted.repository, file);
  const [be, it] = foreign.length === 1 ? ["is", "it is"] : ["are", "they are"];
  return diagnostic(
    "hook-foreign",
    `${backticked(foreign.map(shownOf))} ${be} there already, and ${be} left as ${it}`,
    {
      notes: foreign.map((each) => {
        const what = foreign.length === 1 ? "it" : `\`${shownOf(each)}\``;
        return `${what} is ${each.by ?? "somebody else's"}`;
      }),
      help: [
        `keep ${foreign.length === 1 ? "it" : "them"}, to be run before Gantry's: gantry hooks install --chain`,
        ...foreign.map(
          (each) =>
            `or add to ${foreign.length === 1 ? "it" : `\`${each.stage}\``}${lineFor(wanted, each.stage)}`,
        ),
      ],
    },
  );
}

function isDirectory(repository: Repository, { file, stage }: HookState): Diagnostic {
  const place = shown(repository, file);
  return diagnostic("hook-directory", `\`${place}\` is a directory, and is left as it is`, {
    notes: [`git runs a file of that name as the hook \`${stage}\``],
    help: ["move it away, and run it again"],
  });
}

function isOccupied(repository: Repository, { file }: HookState): Diagnostic {
  const kept = chainedPlace(file);
  return diagnostic(
    "hook-foreign",
    `\`${shown(repository, file)}\` cannot be kept as \`${chainedDirectory}/${basename(kept)}\``,
    {
      notes: [`there is a \`${shown(repository, kept)}\` already`],
      help: ["remove the one that is no longer wanted"],
    },
  );
}
