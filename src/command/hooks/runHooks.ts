import { realpathSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { CommitStage } from "../../derivation/commitHooks.ts";
import { type SelectableFile, selector } from "../../derivation/fileSelection.ts";
import { type Emit, interrupted } from "../../engine/event.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { gantryLock } from "../../fetch/gantryLock.ts";
import { findProject } from "../../project/findProject.ts";
import { allPaths, changedPaths, filesBelow, parentsOf } from "../../shell/hooks/changedFiles.ts";
import { type CheckedOut, checkOut, stagedTree } from "../../shell/hooks/checkedOut.ts";
import { openHandedRepository, type Repository, withoutRepository } from "../../shell/hooks/git.ts";
import { shownName } from "../../shell/hooks/names.ts";
import { contentsOf, type HookOutcome, runHook } from "../../shell/hooks/runHook.ts";
import { textOf } from "../../tree/files.ts";
import { replaceFile } from "../../tree/replaceFile.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import { describeProject, withInputs } from "../open/project.ts";
import { hooksFailed, type Reader, readerOf } from "./advice.ts";
import { applyFixes } from "./applyFixes.ts";
import { environmentFor, runStep } from "./hookTools.ts";
import { hooksOfProject, noHooks, type ProjectHook } from "./projectHooks.ts";

export type RunOptions = {
  /** Empty: all. */
  readonly ids: readonly string[];
  readonly isAllFiles: boolean;
  readonly isFixing: boolean;
  /** Given by git's own hooks; absent: `pre-commit`. */
  readonly stage: CommitStage | undefined;
};

type Options = GlobalOptions & RunOptions;

/**
 * Runs the hooks of a project on what is staged.
 *
 * Errors: `hook-failed`; `hooks-none`, `hook-unknown`; those of `openHandedRepository`, `stagedTree`, `checkOut` and of describing.
 */
export async function runHooks(options: Options, emit: Emit): Promise<Result<CommandOutcome>> {
  return withInputs(options, emit, async (inputs) => {
    const { store, project, env, signal } = inputs;
    const opened = await openHandedRepository(project.root, { env, signal });
    if (!opened.ok) return opened;
    const repository = opened.value;
    const reader = readerOf(repository, project.root, env);
    const where = { store, env: withoutRepository(env), signal };
    const own = { ...inputs, env: where.env };
    // Git says by them which repository a hook is about, and more are worked on than that one.
    for (const name of Object.keys(process.env)) if (!(name in where.env)) delete process.env[name];
    const range = await rangeOf(options, repository, where);
    if (!range.ok) return range;
    for (const { tree, paths } of range.value) {
      const onWait = (isOver: boolean) => {
        if (!isOver) emit({ type: "note", text: "waiting for another run of this repository's hooks" });
      };
      const checkedOut = await checkOut(repository, tree, { ...where, onWait });
      if (!checkedOut.ok) return signal.aborted ? err(interrupted()) : checkedOut;
      await using files = checkedOut.value;
      for (const path of files.missing)
        emit({
          type: "note",
          text: `the submodule \`${path}\` is empty for hooks: you do not have its commit that is staged: git submodule update --init --recursive`,
        });
      const ran = await runOn(options, emit, { inputs: own, reader, files, paths });
      if (!ran.ok) return ran;
    }
    return ok({});
  });
}

type Range = {
  readonly tree: string;
  /** From the top of the repository. */
  readonly paths: readonly string[];
};

type Where = Parameters<typeof stagedTree>[1];

/** What is to be looked at: the staged files, or for `pre-push` each branch that is pushed. */
async function rangeOf(
  { stage, isAllFiles }: Options,
  repository: Repository,
  where: Where,
): Promise<Result<readonly Range[]>> {
  if (stage === "pre-push") {
    const { pushedTrees } = await import("../../shell/hooks/pushed.ts");
    return pushedTrees(repository);
  }
  const tree = await stagedTree(repository, where);
  if (!tree.ok) return tree;
  const paths = isAllFiles
    ? await allPaths(repository, tree.value)
    : await changedPaths(repository, tree.value, await parentsOf(repository, process.env));
  return paths.ok ? ok([{ tree: tree.value, paths: paths.value }]) : paths;
}

type Running = {
  readonly inputs: InputContext;
  readonly reader: Reader;
  readonly files: CheckedOut;
  readonly paths: readonly string[];
};

async function runOn(options: Options, emit: Emit, running: Running): Promise<Result<void>> {
  const { inputs, reader, files } = running;
  const root = join(files.top, relative(reader.repository.top, realpathSync(inputs.project.root)));
  const found = findProject(root);
  // The commit removes the project, or does not have it yet.
  if (!found.ok || found.value.root !== root) return ok();
  const project = found.value;
  if (inputs.project.configuration !== undefined && project.configuration === undefined)
    emit({
      type: "note",
      text: "`gantry.config.ts` is not staged: the hooks are those of a project without one",
    });
  const context = { ...inputs, project };
  const offered = await describeProject({ ...context, emit: quietly(emit) }, { args: [] });
  if (!offered.ok) return offered;
  const chosen = chooseHooks(hooksOfProject(offered.value), options);
  if (!chosen.ok) return chosen;
  if (chosen.value.length === 0) {
    // A branch without hooks is as good as any.
    if (options.stage === undefined) {
      const [own, staged] = [inputs.project, project].map(
        ({ configuration }) => configuration && textOf(configuration),
      );
      return err(noHooks(inputs.project, own === staged));
    }
    return ok();
  }
  const wanted = wantedHooks(chosen.value, { ...running, root, emit });
  if (!wanted.ok) return wanted;
  using _pins = sharedPins(inputs.project.root, root);
  const environment = await environmentFor(
    context,
    wanted.value.map(({ hook }) => hook),
    { options, emit },
  );
  if (!environment.ok) return environment;
  const env = { ...environment.value, CARGO_TARGET_DIR: files.target };
  const started = await startAll(wanted.value, options, { files, root, env, emit });
  if (!started.ok) return started;
  const changed = [...new Set(started.value.flatMap(({ outcome }) => outcome.changed))];
  const failed = started.value.filter(({ outcome }) => !outcome.passed);
  const failure = { reader, files, stage: options.stage, isAllFiles: options.isAllFiles };
  if (options.isFixing && changed.length > 0) {
    const fixed = await applyFixes({ reader, files, changed, signal: options.signal }, emit);
    if (!fixed.ok) return fixed;
    const rest = failed.filter(({ outcome }) => outcome.why !== undefined);
    if (rest.length === 0) return ok();
    return err(await hooksFailed({ ...failure, failed: rest, isFixed: true }));
  }
  if (failed.length === 0) return ok();
  return err(await hooksFailed({ ...failure, failed, isFixed: false }));
}

type Wanted = { readonly hook: ProjectHook; readonly root: string; readonly paths: readonly string[] };

/**
 * The hooks that files are there for, and that `SKIP` does not name; the others are told. One that is given no names is there for
 * what was deleted, too: a module that is missing is what `cargo check` has to find.
 */
function wantedHooks(
  chosen: readonly ProjectHook[],
  { inputs, files, paths, root, emit }: Running & { readonly root: string; readonly emit: Emit },
): Result<readonly Wanted[]> {
  const skipped = new Set((inputs.env.SKIP ?? "").split(",").map((id) => id.trim()));
  const wanted: Wanted[] = [];
  for (const hook of chosen) {
    const own = resolve(root, hook.src.root);
    const isWanted = selector(hook.select);
    const among = { paths, hasDeleted: !takesNames(hook) };
    const selected = skipped.has(hook.id) ? [] : filesBelow(files, own, among).filter(isWanted);
    const unnameable = selected.find(({ path }) => !path.isWellFormed());
    if (unnameable && takesNames(hook)) return err(notUtf8(hook.id, unnameable.path));
    if (selected.length > 0 || (hook.alwaysRun && !skipped.has(hook.id)))
      wanted.push({ hook, root: own, paths: selected.map(({ path }: SelectableFile) => path) });
    else
      emit({
        type: "done",
        verb: "Skipped",
        text: `${hook.name}: ${skipped.has(hook.id) ? "SKIP names it" : "no file for it"}`,
      });
  }
  return ok(wanted);
}

type Started = { readonly hook: ProjectHook; readonly outcome: HookOutcome };

type Starting = {
  readonly files: CheckedOut;
  /** The project's root among these. */
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly emit: Emit;
};

/** Runs hooks one after the other, each on what the one before left, up to one that fails and is to be the last then. */
async function startAll(
  wanted: readonly Wanted[],
  options: Options,
  { files, root, env, emit }: Starting,
): Promise<Result<readonly Started[]>> {
  const { signal, isFixing } = options;
  const started: Started[] = [];
  const initially = await contentsOf(files);
  if (!initially.ok) return initially;
  for (const { hook, root: own, paths } of wanted) {
    const start = performance.now();
    const before = started.at(-1)?.outcome.contents ?? initially.value;
    const outcome =
      hook.at === "step"
        ? await runStep({ ...options, cwd: root }, hook, emit, before)
        : await runHook(hook, paths, { files, root: own, env, signal, before });
    if (signal.aborted) return err(interrupted());
    if (!outcome.ok) return outcome;
    const seconds = (performance.now() - start) / 1000;
    await tell(emit, { hook, files, outcome: outcome.value, seconds, count: paths.length, isFixing });
    started.push({ hook, outcome: outcome.value });
    if (!outcome.value.passed && hook.failFast) break;
  }
  return ok(started);
}

/** A path that a hook would be given and cannot. Its pattern has a dot for each byte that is not UTF-8. */
function notUtf8(hook: string, path: string): Diagnostic {
  const pattern = `^${path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/[\udc80-\udcff]/g, ".")}$`;
  return diagnostic("name-not-utf8", `the name of \`${shownName(path)}\` is not UTF-8`, {
    notes: [`the hook \`${hook}\` is for it, and cannot be given such a name`],
    help: [`rename it: git mv`, `or leave it out of the hook: excludes: [${JSON.stringify(pattern)}]`],
  });
}

function takesNames(hook: ProjectHook): boolean {
  return hook.at === "rustfmt" || (hook.at !== "step" && hook.passFilenames);
}

/**
 * Has what is not staged of `gantry.lock` hold for hooks, too: which version of a tool is meant is no affair of the commit. What
 * is pinned meanwhile is in the user's own then, unless they have changed that one.
 */
function sharedPins(own: string, copy: string): Disposable {
  const [file, copied] = [join(own, gantryLock), join(copy, gantryLock)];
  const [before, staged] = [textOf(file), textOf(copied)];
  if (before !== undefined && staged === undefined) writeFileSync(copied, before);
  return {
    [Symbol.dispose]() {
      const after = textOf(copied);
      const isOurs = before === undefined || staged === undefined || before === staged;
      if (after !== undefined && isOurs && after !== before) replaceFile(file, after);
    },
  };
}

/** What a description has to tell was told when one built; what goes wrong is told. */
function quietly(emit: Emit): Emit {
  return (event) => {
    if (event.type !== "note") emit(event);
  };
}

function chooseHooks(
  all: readonly ProjectHook[],
  { ids, stage = "pre-commit" }: RunOptions,
): Result<readonly ProjectHook[]> {
  if (ids.length === 0) return ok(all.filter(({ stages }) => stages.includes(stage)));
  const names = all.map(({ id }) => id);
  const unknown = ids.find((id) => !names.includes(id));
  if (unknown === undefined) return ok(all.filter(({ id }) => ids.includes(id)));
  const guess = nearest(unknown, names);
  return err(
    diagnostic("hook-unknown", `the project has no hook \`${unknown}\``, {
      notes: [names.length > 0 ? `it has ${backticked(names)}` : "it has none"],
      help: guess === undefined ? [] : [`did you mean \`${guess}\`?`],
      status: 2,
    }),
  );
}

type Told = Started & {
  readonly files: CheckedOut;
  readonly seconds: number;
  readonly count: number;
  readonly isFixing: boolean;
};

async function tell(emit: Emit, { hook, files, outcome, seconds, count, isFixing }: Told): Promise<void> {
  const shown = `${hook.name} on ${count === 1 ? "1 file" : `${count} files`}, ${seconds.toFixed(2)}s`;
  if (outcome.output !== "" && (!outcome.passed || hook.verbose))
    for (const line of outcome.output.trimEnd().split("\n")) emit({ type: "output", step: hook.id, line });
  if (outcome.changed.length > 0) {
    const words = ["diff", "--no-ext-diff", "--no-renames", "--ignore-submodules", "--", ...outcome.changed];
    const { stdout } = await files.git(words);
    for (const line of stdout.trimEnd().split("\n")) emit({ type: "output", step: hook.id, line });
  }
  const isWanted = isFixing && outcome.why === undefined;
  emit({ type: "done", verb: outcome.passed ? "Passed" : isWanted ? "Fixing" : "Failed", text: shown });
}
