import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import type { CommitStage } from "../../derivation/commitHooks.ts";
import { findProject } from "../../project/findProject.ts";
import type { CheckedOut } from "../../shell/hooks/checkedOut.ts";
import type { Repository } from "../../shell/hooks/git.ts";
import { listedBy, shownName } from "../../shell/hooks/names.ts";
import type { HookOutcome } from "../../shell/hooks/runHook.ts";
import { shellWord } from "../../shell/quote.ts";
import type { ProjectHook } from "./projectHooks.ts";

/** Where a person is who reads what to type. */
export type Reader = {
  readonly repository: Repository;
  /** The project that hooks are run for. */
  readonly root: string;
  /** The person's directory, which git's hooks are not started in. */
  readonly directory: string;
};

/**
 * @param env that of the process, as git made it: from `GIT_PREFIX` one knows where `git commit` was typed
 */
export function readerOf(repository: Repository, root: string, env: NodeJS.ProcessEnv): Reader {
  const directory = env.GIT_PREFIX === undefined ? here(root) : resolve(repository.top, env.GIT_PREFIX);
  return { repository, root: realpathSync(root), directory };
}

function here(root: string): string {
  try {
    return process.cwd();
  } catch {
    return root;
  }
}

/** Files of the repository as the operands of a command that the reader types. */
export function typedPaths({ repository, directory }: Reader, paths: readonly string[]): string {
  return paths
    .map((path) => relative(directory, join(repository.top, path)))
    .map((path) => shellWord(/^[-:]/.test(path) ? `./${path}` : path))
    .join(" ");
}

/** Gantry as the reader starts it for the project. */
function typedGantry({ root, directory }: Reader): string {
  const found = existsSync(directory) ? findProject(directory) : undefined;
  const isThere = found?.ok === true && found.value.root === root;
  return isThere ? "gantry" : `gantry -C ${shellWord(relative(directory, root))}`;
}

/** A hook that failed, and how. */
type FailedHook = {
  readonly hook: Pick<ProjectHook, "id" | "stages">;
  readonly outcome: Pick<HookOutcome, "changed" | "why">;
};

type Failure = {
  readonly reader: Reader;
  readonly failed: readonly FailedHook[];
  /** Whether what hooks changed is in the reader's files by now. */
  readonly isFixed: boolean;
  /** Absent: a person runs the hooks. */
  readonly stage: CommitStage | undefined;
  readonly isAllFiles: boolean;
  /** Where the hooks ran. */
  readonly files: CheckedOut;
};

/** `hook-failed`, with the commands by which what was about to be committed gets right. */
export async function hooksFailed(failure: Failure): Promise<Diagnostic> {
  const { reader, failed, isFixed, stage, isAllFiles, files } = failure;
  const names = failed.map(({ hook }) => hook.id);
  const fixable = isFixed ? [] : failed.filter(({ outcome }) => outcome.changed.length > 0);
  const reasons = failed.flatMap(({ hook, outcome }) => [
    ...(outcome.why === undefined ? [] : [`${hook.id}: ${outcome.why}`]),
    ...(outcome.changed.length === 0
      ? []
      : [`${hook.id} ${isFixed ? "changed" : "changes"} ${backticked(outcome.changed.map(shownName))}`]),
  ]);
  const changed = [...new Set(fixable.flatMap(({ outcome }) => outcome.changed))];
  const fix = [
    typedGantry(reader),
    "hooks run --fix",
    ...(stage === "pre-push" || isAllFiles ? ["--all-files"] : []),
    ...fixable.map(({ hook }) => shellWord(hook.id)),
  ].join(" ");
  const different = changed.length > 0 ? await unstagedOf(reader, changed) : [];
  const done = different.filter((path) => isDone(path, reader, files));
  const unstaged = different.filter((path) => !done.includes(path));
  const advice =
    changed.length > 0 ? adviceFor({ reader, stage, fix, changed, unstaged, done }) : { help: [] };
  const isChangedBefore = isFixed && failed.some(({ outcome }) => outcome.changed.length > 0);
  return diagnostic(
    "hook-failed",
    `${names.length === 1 ? "the hook" : "the hooks"} ${backticked(names)} failed`,
    {
      notes: [...reasons, ...(advice.note === undefined ? [] : [advice.note])],
      help: [
        ...advice.help,
        ...(isChangedBefore
          ? ["it may pass, now that the files are changed: stage them, and run it again"]
          : []),
        ...withoutThem(failed, stage),
      ],
    },
  );
}

/** Those that are not in the working directory as they would be committed. */
async function unstagedOf({ repository }: Reader, paths: readonly string[]): Promise<readonly string[]> {
  const words = ["diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", "--ignore-submodules"];
  const listed = await listedBy(repository.git, ["--literal-pathspecs", ...words, "--", ...paths], {
    GIT_INDEX_FILE: repository.index,
  });
  return listed.ok ? listed.value : [];
}

/** Whether the reader's file is as hooks have it. */
function isDone(path: string, { repository }: Reader, files: CheckedOut): boolean {
  try {
    const [own, fixed] = [repository.top, files.top].map((top) => join(top, path));
    if (own === undefined || fixed === undefined) return false;
    const isSameMode = ((lstatSync(own).mode ^ lstatSync(fixed).mode) & 0o100) === 0;
    return isSameMode && readFileSync(own).equals(readFileSync(fixed));
  } catch {
    return false;
  }
}

type Fixing = {
  readonly reader: Reader;
  readonly stage: CommitStage | undefined;
  /** The command that works it into the reader's files. */
  readonly fix: string;
  readonly changed: readonly string[];
  /** Those of which more is changed than is staged. */
  readonly unstaged: readonly string[];
  /** Those that are as hooks have them, and not staged so. */
  readonly done: readonly string[];
};

function adviceFor({ reader, stage, fix, changed, unstaged, done }: Fixing): {
  readonly help: readonly string[];
  readonly note?: string;
} {
  if (stage === "pre-push") return { help: [`have it done: ${fix}, and commit it`] };
  const typed = (paths: readonly string[]) => typedPaths(reader, paths);
  const whole = changed.filter((path) => !unstaged.includes(path));
  const add = [
    ...(whole.length > 0 ? [`git add ${typed(whole)}`] : []),
    ...(unstaged.length > 0 ? [`git add --patch ${typed(unstaged)}`] : []),
  ].join(" && ");
  if (done.length === changed.length)
    return {
      help: [`stage it: ${add}`],
      note: `${backticked(done)} ${done.length === 1 ? "has" : "have"} that already, and it is not staged`,
    };
  // One that git makes for `-a`, `-p` or paths is a lock beside the user's (`index.lock`, `next-index-1.lock`; git 2.39).
  if (!reader.repository.index.endsWith(".lock")) {
    if (unstaged.length === 0) return { help: [`have it done: ${fix}, and stage it: ${add}`] };
    const note = `you have more changes in ${backticked(unstaged)} than are staged: \`git add\` without \`--patch\` would stage them, too`;
    return { help: [`have it done: ${fix}, and stage it: ${add}`], note };
  }
  const note =
    "what was to be committed is not staged: `git commit` with `-a`, `-p` or paths stages it only if it succeeds";
  const last = unstaged.length === 0 ? "commit in the same way" : `${add}, and git commit`;
  return {
    help: [`have it done: ${add} && ${fix}, and ${unstaged.length === 0 ? last : `again ${last}`}`],
    note,
  };
}

/** How to do without the hooks; nothing for those that only a person starts. */
function withoutThem(failed: readonly FailedHook[], stage: CommitStage | undefined): readonly string[] {
  const stages = stage === undefined ? failed.flatMap(({ hook }) => hook.stages) : [stage];
  if (stages.every((each) => each === "manual")) return [];
  const names = failed.map(({ hook }) => hook.id);
  const command = stages.every((each) => each === "pre-push" || each === "manual")
    ? "git push"
    : "git commit";
  const skip = `SKIP=${shellWord(names.join(","))}`;
  return [
    `without ${names.length === 1 ? "it" : "them"}, this once: put ${skip} before the command, as in ${skip} ${command}`,
  ];
}
