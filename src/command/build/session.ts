import { availableParallelism } from "node:os";
import type { Diagnostic } from "../../base/diagnostic.ts";
import { parseSize } from "../../base/format.ts";
import { err, type Result } from "../../base/result.ts";
import { optionValues } from "../../crane/arguments/optionValues.ts";
import { offeredOutputs } from "../../crane/project.ts";
import type { Derivation } from "../../derivation/model.ts";
import { stepsApart } from "../../derivation/steps.ts";
import type { Emit } from "../../engine/event.ts";
import { cargoEnvironmentOf, presentCargoEnvironment } from "../../engine/inputs/host.ts";
import { inputResolver } from "../../engine/inputs/inputResolver.ts";
import type { InputContext } from "../../engine/inputs/resolvedInput.ts";
import { othersRecords } from "../../engine/shared/othersRecords.ts";
import type { Uploads } from "../../engine/shared/uploads.ts";
import type { Jobserver } from "../../engine/step/jobserver.ts";
import { type Realise, realiser, resultFinder, unitFinder } from "../../engine/step/realise.ts";
import type { Engine } from "../../engine/step/stepContext.ts";
import { recordJournal, type StepDecision } from "../../engine/why/journal.ts";
import { installAdvice } from "../../fetch/native/packageSystem.ts";
import { tokenInProject } from "../../fetch/userCargoConfig.ts";
import { findProject, type Project } from "../../project/findProject.ts";
import { chooseSandbox } from "../../sandbox/chooseSandbox.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { KindName } from "../../store/kinds/kinds.ts";
import type { Store } from "../../store/store.ts";
import { unitsInFlight } from "../../units/inFlight.ts";
import type { GlobalOptions } from "../command.ts";
import {
  type Described,
  describeProject,
  type OutputKind,
  outputNamed,
  settleOverrides,
} from "../open/project.ts";
import { warnOfLevel } from "../open/warnOfLevel.ts";
import { openedStore } from "../open/withStore.ts";
import { choosingByName } from "./ownPackages.ts";
import { guarded, policiesOf, unenteredOf } from "./policyGuard.ts";
import { type Chosen, nothingChosen, selectionFor } from "./selection.ts";
import { openSharing, type Sharing, withUnasked } from "./sharing.ts";

/** A project with its store open, ready to realise what it offers. */
export type Session = {
  readonly project: Project;
  /** What steps read, for what is to be known of a source besides. */
  readonly inputs: InputContext;
  readonly offered: Described;
  readonly store: Store;
  readonly realise: Realise;
  /** See `unitFinder`: the steps that a step is built on run, where they have to. */
  readonly findUnits: UnitFinder;
  /** The same, but no step runs. Errors: also `step-not-built`, where a step that it is built on would have to. */
  readonly findKnownUnits: UnitFinder;
  /** Whether the result of a step is in the store. Runs and fetches nothing: what lacks an input is not. */
  readonly isBuilt: (step: Derivation) => Promise<boolean>;
  /** Its result, from the store or the shared cache; what it is made from is fetched. Errors: those of `resultFinder`. */
  readonly find: Realise;
  /** See `Engine`. */
  readonly nameOf: (step: Derivation) => string;
  /** How steps are isolated. */
  readonly level: Sandbox["level"];
  /** The shared cache; undefined where none was ever spoken of. */
  readonly sharing: Sharing | undefined;
  /** What was read so far of what was made here, for `isPush`. */
  readonly ownRecords: () => readonly OwnRecord[];
  /** The step of an output. Errors: `output-unknown`. */
  output(kind: OutputKind, name: string): Result<Derivation>;
  /**
   * What the crates' code did, as far as it was seen, and the ledgers of the project's policies do not have: `script-acted`,
   * one for each policy, or for that of one check. Errors: those of `scriptsOfPolicy`.
   */
  unentered(check?: Derivation): Promise<Result<readonly Diagnostic[]>>;
  /** Has the store keep the output that a link outside of it points to. */
  keep(link: string): void;
};

type UnitFinder = ReturnType<typeof unitFinder>;

/** A record of the store that was made here. */
type OwnRecord = {
  readonly kind: KindName;
  readonly key: string;
  readonly value: unknown;
  /** The public keys of those whose word had a part in it. */
  readonly rests: readonly string[];
};

/** How often a session is begun anew at most. */
const attempts = 2;

/** What is said where a session is begun anew, by the error that ended it. */
const anew: Readonly<Record<string, string>> = {
  // Somebody saves a file of it while it is read.
  "source-changed": ": it is read again",
  "sandbox-lost": ", though it could before: what can be had is looked for anew",
};

/** Whether `withSession` begins anew after that, if the session has not been interrupted. */
export function isBegunAnew({ code }: Diagnostic): boolean {
  return anew[code] !== undefined;
}

/**
 * Opens the project that `options.cwd` lies in, and works in it; everything is closed again afterwards. Where a source has changed
 * while it was read, or a file that says what the project is, or the sandbox that worked before does not any more, all of that is
 * done once more, and begins with what is kept.
 *
 * Errors: those of `findProject`, `selectionFor`, `settleOverrides`, `tokenInProject`, `openStore`, `chooseSandbox` and
 * `describeProject`, and those of `work`.
 */
export async function withSession<T>(
  options: SessionOptions,
  emit: Emit,
  work: (session: Session) => Promise<Result<T>>,
): Promise<Result<T>> {
  for (let left = attempts; ; left -= 1) {
    const reading = { started: Date.now(), cwd: options.cwd, signal: options.signal };
    const told = async (error: Diagnostic): Promise<Diagnostic> => {
      // Of what never rests it is said what is wrong.
      if (left === 0) return error;
      const { orChanged } = await import("../open/readAnew.ts");
      return orChanged(error, reading);
    };
    const done = await orTold(await inSession(options, emit, { work, told }), told);
    const isOver = done.ok || !isBegunAnew(done.error) || left === 0 || options.signal.aborted;
    if (isOver) return done;
    const { code, message } = done.error;
    emit({ type: "note", text: `${message}${anew[code]}` });
  }
}

type SessionOptions = GlobalOptions & {
  readonly chosen?: Chosen;
  readonly heedsUser?: true;
  readonly isBuild?: boolean;
  /** Nothing is built: what the store has is sent to the shared cache. */
  readonly isPush?: boolean;
  /** See `Engine`. */
  readonly repeatsWarnings?: true;
  /** Whether the store is gone afterwards. */
  readonly isScratch?: true;
  readonly failures?: Engine["failures"];
};

type Working<T> = {
  readonly work: (session: Session) => Promise<Result<T>>;
  /** What an error means: see `orChanged`. */
  readonly told: (error: Diagnostic) => Promise<Diagnostic>;
};

async function orTold<T>(done: Result<T>, told: Working<T>["told"]): Promise<Result<T>> {
  return done.ok ? done : err(await told(done.error));
}

async function inSession<T>(
  options: SessionOptions,
  emit: Emit,
  { work, told }: Working<T>,
): Promise<Result<T>> {
  const search = findProject(options.cwd);
  if (!search.ok) return search;
  const project = search.value;
  const selection = selectionFor(options.chosen ?? nothingChosen, project.configuration);
  if (!selection.ok) return selection;
  const settled = await settleOverrides(project, emit);
  if (!settled.ok) return settled;
  // Before anything of the project is read into the store.
  const token = await tokenInProject(project.root, process.env);
  if (token) return err(token);
  const opened = openedStore(options, emit);
  if (!opened.ok) return opened;
  using bare = opened.value;
  let uploads: Uploads | undefined;
  const own = new Map<string, OwnRecord>();
  const collect = (kind: KindName, key: string, value: unknown, rests: readonly string[] = []) =>
    void own.set(`${kind} ${key}`, { kind, key, value, rests });
  const others = othersRecords(bare, {
    onSet: options.isPush ? collect : (...record) => uploads?.add(...record),
    onOwn: options.isPush ? collect : undefined,
  });
  const store: Store = { ...bare, records: others };
  const choice = await chooseSandbox({ wanted: options.sandbox, env: process.env, store, installAdvice });
  if (!choice.ok) return choice;
  const { sandbox, warning } = choice.value;
  if (warning) warnOfLevel(warning, { store, verbosity: options.verbosity, emit });
  const found = {
    store,
    project,
    env: process.env,
    offline: options.offline,
    frozen: options.frozen,
    emit,
    signal: options.signal,
  };
  const { isPush } = options;
  const { root, configuration } = project;
  const opening = { options, store, others, emit, level: sandbox.level, root, configuration, isPush };
  const describe = (context: InputContext) => describeProject(context, selection.value, options);
  // A configuration says where the cache is, which may have the toolchain. Without one, describing may run Cargo.
  const configured = project.configuration === undefined ? undefined : await describe(found);
  if (configured && !configured.ok) return configured;
  const sharing = await openSharing(configured?.value.cache, opening);
  if (!sharing.ok) return sharing;
  await using cleanup = new AsyncDisposableStack();
  const shared = sharing.value?.shared && cleanup.use(sharing.value.shared);
  uploads = sharing.value?.uploads;
  const sharedInputs = { ...found, level: sandbox.level, ...(shared && { shared }) };
  // What was built here has its toolchain here: for a push none is brought.
  const cargoEnvironment = isPush
    ? (presentCargoEnvironment(sharedInputs) ?? process.env)
    : await cargoEnvironmentOf(sharedInputs);
  const inputs = { ...sharedInputs, env: cargoEnvironment };
  const offered = configured ?? (await describe(inputs));
  if (!offered.ok) return offered;
  // Without a configuration the steps have names of their own, and describing its checks takes time.
  const nameOf =
    project.configuration === undefined
      ? ({ name }: Derivation) => name
      : stepsApart(Object.values(offeredOutputs(offered.value))).idOf;
  const decisions: StepDecision[] = [];
  const policies = policiesOf(offered.value, project);
  const engine = engineFor(inputs, {
    ...{ sandbox, shared, nameOf },
    rebuild: options.rebuild,
    repeatsWarnings: options.repeatsWarnings,
    observesActs: policies.length > 0,
    jobserver: jobserverOf(store, cleanup, options.jobs),
    note: (decision) => void decisions.push(decision),
    ...(options.failures && { failures: options.failures }),
  });
  // What is not known yet is read, which takes seconds with a new store.
  const emitProgress: Emit = (event) => event.type === "progress" && emit(event);
  const present = { ...inputs, shared: undefined, offline: true, frozen: true, emit: emitProgress };
  const findHere = resultFinder({ ...engine, shared: undefined, resolve: inputResolver(present) });
  const find = resultFinder(engine);
  const realise = guarded(policies, realiser(engine));
  const asked = optionValues(selection.value.args, "--package");
  try {
    const done = await work({
      project,
      inputs,
      offered: offered.value,
      store,
      async realise(step) {
        const choosing = choosingByName(step);
        if (choosing.length === 0) return orTold(await realise(step), told);
        const { absentChoice } = await import("./absentChoice.ts");
        const absent = await absentChoice(inputs, choosing, asked);
        return orTold(absent ? err(absent) : await realise(step), told);
      },
      findUnits: unitFinder(engine, realise),
      findKnownUnits: unitFinder(engine, find),
      isBuilt: async (step) => (await findHere(step)).ok,
      find,
      nameOf,
      level: sandbox.level,
      sharing: sharing.value,
      ownRecords: () => [...own.values()],
      output: (kind, name) => outputNamed(offered.value, kind, name),
      unentered: (check) => unenteredOf(policies, check, { inputs, offered: offered.value, nameOf, realise }),
      keep(link) {
        // What is there is not written again: SQLite would wait for the disk when the store is closed.
        if (store.records.get("root", link) === undefined) store.records.set("root", link, null);
      },
    });
    return withUnasked(done, sharing.value);
  } finally {
    recordJournal(store, project.root, decisions);
    await sharing.value?.finish();
    await collectAside(store.root, options, emit);
  }
}

type Realising = Pick<
  Engine,
  | "sandbox"
  | "shared"
  | "nameOf"
  | "rebuild"
  | "repeatsWarnings"
  | "observesActs"
  | "jobserver"
  | "note"
  | "failures"
>;

/** What realises the steps of a project. What tells of missed files is loaded when there are some. */
function engineFor(inputs: InputContext, realising: Realising): Engine {
  const { store, project, emit, signal } = inputs;
  const said = new Set<string>();
  return {
    ...realising,
    ...{ store, emit, signal },
    resolve: inputResolver(inputs),
    inFlight: unitsInFlight(),
    warned: new Set(),
    project: project.root,
    configuration: project.configuration,
    async filteredFile(step, output) {
      const { filteredFile } = await import("../../engine/explain/explainFailure.ts");
      return filteredFile(inputs, step, output);
    },
    async tellMissed(step, missed) {
      if (missed.length === 0) return { notes: [], missed };
      const { toldOfMissed } = await import("../../engine/explain/missedFiles.ts");
      const told = toldOfMissed(inputs, step, missed);
      // Several steps may have one unit in common.
      for (const text of told.notes.filter((note) => !said.has(note))) {
        said.add(text);
        emit({ type: "note", text });
      }
      return told;
    },
    async missedBy(step, failed) {
      const { explainMissed } = await import("../../engine/explain/missedFiles.ts");
      const { explainRepository } = await import("../../engine/explain/missedOfRepository.ts");
      const found = [explainMissed(inputs, step, failed), await explainRepository(inputs, step, failed)];
      return { notes: found.flatMap(({ notes }) => notes), help: found.flatMap(({ help }) => help) };
    },
  };
}

/** Starts the jobserver when it is first asked for. It ends with `cleanup`. */
function jobserverOf(
  store: Store,
  cleanup: AsyncDisposableStack,
  jobs: number | undefined,
): Engine["jobserver"] {
  const start = async () => {
    const { openJobserver } = await import("../../engine/step/jobserver.ts");
    const scratch = cleanup.use(await store.tempDir("session"));
    return cleanup.use(openJobserver(scratch.path, jobs ?? availableParallelism()));
  };
  let started: Promise<Jobserver> | undefined;
  return () => {
    started ??= start();
    return started;
  };
}

/** Has the store be kept to the size that the user says. Not that of `--paranoid`, which lies in another. */
async function collectAside(
  root: string,
  { self, isScratch }: Pick<GlobalOptions, "self"> & { readonly isScratch?: true },
  emit: Emit,
): Promise<void> {
  const size = process.env.GANTRY_STORE_MAX_SIZE;
  if (size === undefined || size === "" || self === undefined || isScratch) return;
  const maxBytes = parseSize(size);
  if (maxBytes === undefined) {
    emit({ type: "note", text: `GANTRY_STORE_MAX_SIZE is no size like \`50G\`: \`${size}\`` });
    return;
  }
  const { isDue, startCollection } = await import("../../store/care/automatic.ts");
  if (isDue(root, maxBytes)) startCollection(self, root, size);
}
