import { posix } from "node:path";
import type { Digest } from "../base/digest.ts";
import { parentOf } from "../base/paths.ts";
import { all, ok, type Result } from "../base/result.ts";
import { type Message, parseMessage } from "../cargo/plan/message.ts";
import { parseUnitGraph, type Unit } from "../cargo/plan/unitGraph.ts";
import { expandMembers } from "../cargo/workspace/workspaceMembers.ts";
import { workspaceKeys } from "../cargo/workspace/workspaceRoot.ts";
import { world } from "../derivation/world.ts";
import type { Observation } from "../sandbox/observation.ts";
import type { Store } from "../store/store.ts";
import { type Build, captureUnits } from "./keep/captureUnits.ts";
import { chooseUnits, type KeptUnit } from "./keep/chooseUnits.ts";
import { type LackingRecord, lackingRecords } from "./keep/lackingRecords.ts";
import { locateUnits } from "./keep/locateUnits.ts";
import { type StepActs, stepActs } from "./keep/stepActs.ts";
import { composeUnits } from "./keep/unitRecord.ts";
import type { UnitEnvironment } from "./key/environment.ts";
import {
  isRead,
  type LocalFiles,
  localSource,
  packageDirectory,
  partsOf,
  type Read,
} from "./key/localSource.ts";
import { manifestIn, manifestTable } from "./key/manifestFacts.ts";
import { baseKey, type KeyContext } from "./key/unitKey.ts";
import { planUnits, type UnitPlan } from "./key/unitPlan.ts";
import type { TargetReader } from "./layout/targetLayout.ts";
import {
  type MissingUnit,
  nameOfMessage,
  nameOfUnit,
  runOfMessage,
  type UnitName,
} from "./layout/unitMessages.ts";
import { writtenElsewhere, writtenUnits } from "./layout/writtenUnits.ts";
import { failuresTold, unitEnds } from "./why/unitEnds.ts";
import { reasonsToCompile, recordHistory, type UnitHistory, type UnitReason } from "./why/unitHistory.ts";

/**
 * This folder restores and keeps Cargo's compilation units. `openTarget` is its way in, and `openWholeLayer` where Cargo
 * prints no unit graph. What is in a unit's key is said in `key/`.
 *
 * The units of one target directory, from planning to keeping:
 */
export type TargetUnits = {
  /** How many units Cargo needs. */
  readonly total: number;
  /** Those that need not be compiled, and their keys. */
  readonly restored: readonly (UnitName & { readonly key: Digest })[];
  /** The keys of those of the lock's packages that have to be compiled, and that others may have compiled as well. */
  readonly wanted: ReadonlySet<Digest>;
  /** Those of which `onMessage` will tell that they were. */
  readonly missing: readonly MissingUnit[];
  /** Those that have to be, each with the reason. */
  readonly compiled: readonly UnitReason[];
  /** Whether one of the project's own, which are kept, is among those. */
  readonly compilesOwn: boolean;
  /** All units that Cargo needs, each after those that it depends on. */
  readonly units: readonly FoundUnit[];
  /** Whether others than rustc and its linker take part: build scripts, macros, wrappers. */
  readonly runsActors: boolean;
  /** The other platforms than the machine's for which something has to be linked. */
  readonly linkedFor: readonly string[];
  /** Puts what is restored into one directory, and says where that lies. */
  readonly restore: () => Promise<Result<string>>;
  /** Takes a line of Cargo's messages; returns the unit's name if it says that one was compiled, or a build script run. */
  readonly onMessage: (line: string) => UnitName | undefined;
  /** Takes a line that Cargo prints besides, without colours. */
  readonly onLine: (line: string) => void;
  /**
   * Moves what was compiled into the store.
   *
   * @param directory the host's, that holds what the build wrote
   */
  readonly capture: (directory: string, build: FinishedBuild) => Promise<CapturedUnits>;
  /** After a build that failed or was interrupted: those that had to be compiled, each with how it ended. */
  readonly broken: () => readonly UnitReason[];
};

/** A unit that Cargo needs, and what the store has of it. */
export type FoundUnit = {
  readonly id: Digest;
  readonly unit: Unit;
  /** The ids of those that it depends on. */
  readonly needs: readonly Digest[];
  /** Absent: it would have to be compiled. */
  readonly kept?: KeptUnit;
};

type FinishedBuild = TargetReader &
  Pick<Build, "observed" | "exists"> & {
    /** What was seen with what was used of the system; undefined: nobody wants to know what scripts do. */
    readonly acted: readonly Observation[] | undefined;
  };

type CapturedUnits = {
  /** The trees of all units of the plan that the store has now, by key. */
  readonly trees: Readonly<Record<string, Digest>>;
  /** Those that the store had, that were compiled again all the same, and came out otherwise. */
  readonly differing: readonly UnitName[];
  /** The paths in the source at which units, restored or compiled, looked for something, and nothing was there. */
  readonly missed: readonly MissedFile[];
  /** What others' build scripts and macros did. */
  readonly acts?: StepActs;
};

export type MissedFile = { readonly unit: UnitName; readonly path: string };

export type TargetContext = Omit<KeyContext, "local"> & {
  /** The project's own files; undefined: its units are not kept. */
  readonly local: LocalFiles | undefined;
  /** The environment that the step compiles units of vendored packages in. Others than `environment` has are not kept. */
  readonly own: UnitEnvironment;
  /** What need not be compiled although it is in the store: `dependencies` are units of registry and git packages. */
  readonly restore: "everything" | "dependencies" | "nothing";
  readonly history: UnitHistory;
  /** The words of each of the step's invocations of Cargo. */
  readonly invocations: readonly (readonly string[])[];
  /** The files of the source, no links, that Cargo's settings name: every unit's environment holds their content. */
  readonly keyedFiles: ReadonlySet<string>;
  /** The directory in the source that Cargo runs in, `""` for its root. */
  readonly workspace: string;
  /** See `StepEnvironment`. */
  readonly hasPlatformSettings: boolean;
  /** The text of the workspace's manifest. */
  readonly manifest: string;
  /** Before, vendored crates may be lacking, and nothing of them is to be read. */
  readonly arrived: Promise<Result<void>>;
  /** Brings what the store lacks, if others have it. Default: nobody does. */
  readonly bring?: (lacking: readonly LackingRecord[]) => Promise<unknown>;
};

/**
 * Plans the units of a step, and chooses those that are restored. Nothing is written before `restore`.
 *
 * Errors: `unit-graph`, where Cargo printed something else; those of `arrived`.
 *
 * @param graphs what Cargo printed for each of the step's invocations
 */
export async function openTarget(
  store: Store,
  graphs: readonly string[],
  target: TargetContext,
): Promise<Result<TargetUnits>> {
  const parsed = all(graphs.map(parseUnitGraph));
  if (!parsed.ok) return parsed;
  const { history, own, restore } = target;
  const plan = planUnits(parsed.value, {
    words: target.invocations,
    hasPlatformSettings: target.hasPlatformSettings,
    manifest: manifestTable(target.manifest),
  });
  const local =
    target.local && localSource(target.local, packageDirectories(directoriesIn(plan), target.local));
  const context: KeyContext = { ...target, local };
  if (target.bring) await bringLacking(store, plan, { ...context, bring: target.bring });
  const arrived = await target.arrived;
  if (!arrived.ok) return arrived;
  const restored = chooseUnits(store, restorable(plan, target), context);
  const before = restore === "everything" ? restored : chooseUnits(store, plan, context);
  const units = { plan, byId: new Map(plan.map((planned) => [planned.id, planned])), context };
  const isKnown = (id: Digest) => restore !== "everything" && before.has(id);
  const compiled = reasonsToCompile(history, { ...units, kept: restored }, isKnown);
  const messages: Message[] = [];
  const { onLine, failed } = failuresTold(plan);
  const there = new Set(restored.keys());
  const uncompiled = plan.filter(({ id }) => !restored.has(id));
  const isOwn = ({ target: { srcPath } }: Unit) => target.contentOf(srcPath) === undefined;
  return ok({
    total: plan.length,
    restored: plan.flatMap(({ id, unit }) => {
      const kept = restored.get(id);
      return kept ? [{ ...nameOfUnit(unit), key: kept.key }] : [];
    }),
    units: plan.map(({ id, unit, dependencies }) => {
      const kept = restored.get(id);
      return { id, unit, needs: dependencies.map((edge) => edge.id), ...(kept && { kept }) };
    }),
    wanted: restore === "everything" ? keysToCompile(plan, restored, context) : new Set(),
    missing: missingUnits(
      // Of stubs no message is passed on, and documentation is tested by no unit of its own.
      uncompiled.filter(({ unit }) => unit.mode !== "doctest" && (local !== undefined || !isOwn(unit))),
    ),
    compiled: [...compiled.values()],
    compilesOwn: local !== undefined && uncompiled.some(({ unit }) => isOwn(unit)),
    runsActors: uncompiled.some(({ unit, usesProcMacro }) => {
      const isActor = unit.mode === "run-custom-build" || usesProcMacro || target.hasOtherPrograms;
      // Stubs are empty.
      return isActor && (local !== undefined || !isOwn(unit));
    }),
    linkedFor: [...new Set(uncompiled.flatMap(({ unit }) => (isLinked(unit) ? (unit.platform ?? []) : [])))],
    restore: () =>
      composeUnits(
        store,
        [...restored.values()].map(({ record }) => record),
      ),
    onMessage(line) {
      const message = parseMessage(line);
      if (!message) return undefined;
      messages.push(message);
      return local || !isOfStub(message) ? (nameOfMessage(message) ?? runOfMessage(message)) : undefined;
    },
    onLine,
    broken() {
      const ends = unitEnds({ plan, messages, failed, there });
      return [...compiled].map(([id, reason]) => {
        const end = ends.get(id);
        return end === undefined || end === "finished" ? reason : { ...reason, end };
      });
    },
    async capture(directory, { locate, observed, exists, acted }) {
      const reader = { locate };
      const written = writtenUnits(directory);
      const build = { plan, context, own, restored, directory, messages, reader, written };
      const located = locateUnits(plan, build);
      const { kept, unkept } = await captureUnits(store, {
        ...{
          ...build,
          located,
          observed,
          exists,
          keyedFiles: target.keyedFiles,
          workspace: target.workspace,
        },
        elsewhere: writtenElsewhere(directory, { units: plan.map(({ unit }) => unit), messages, written }),
      });
      for (const id of [...kept.keys(), ...unkept.keys()]) there.add(id);
      recordHistory(history, { ...units, kept, unkept });
      const { contentOf } = target;
      const acts =
        acted && stepActs(store, { plan, located, restored, kept, contentOf, observations: acted });
      return {
        ...(acts && { acts }),
        trees: Object.fromEntries([...kept.values()].map(({ key, record }) => [key, record.tree])),
        differing: plan
          .filter(({ id }) => differs(before.get(id), kept.get(id)))
          .map(({ unit }) => nameOfUnit(unit)),
        missed: plan.flatMap(({ id, unit }) => {
          const reads = unkept.get(id)?.reads ?? readsOf(kept.get(id));
          const paths = missedPaths(reads, local, observed);
          return paths.map((path) => ({ unit: nameOfUnit(unit), path }));
        }),
      };
    },
  });
}

/** What came may tell of more: what a unit read, and so its key, and so the keys of those that depend on it. */
async function bringLacking(
  store: Store,
  plan: UnitPlan,
  { bring, ...context }: KeyContext & { readonly bring: NonNullable<TargetContext["bring"]> },
): Promise<void> {
  const asked = new Set<Digest>();
  for (;;) {
    const lacking = lackingRecords(store, plan, { ...context, asked });
    if (lacking.length === 0) return;
    for (const { key } of lacking) asked.add(key);
    await bring(lacking);
  }
}

/** Where a unit looked for files of the source that are not there; not for what it then wrote there. */
function missedPaths(
  reads: readonly Read[],
  local: KeyContext["local"],
  { locate }: FinishedBuild["observed"],
): readonly string[] {
  const absent = reads.filter((read) => local?.digestOf(read) === undefined).map(partsOf);
  return absent.flatMap(({ kind, path }) =>
    (kind === "open" || kind === "look") && locate(`${world.source}/${path}`) === undefined ? [path] : [],
  );
}

/**
 * The keys that the units will have that are to be compiled, of packages that the lock pins. Of one that turns out to include
 * files of the system it is another one: then it is compiled twice, as ever.
 */
function keysToCompile(
  plan: UnitPlan,
  restored: ReadonlyMap<Digest, KeptUnit>,
  context: KeyContext,
): ReadonlySet<Digest> {
  const keys = new Map([...restored].map(([id, { key }]) => [id, key]));
  const wanted = new Set<Digest>();
  for (const planned of plan) {
    if (restored.has(planned.id) || context.contentOf(planned.unit.target.srcPath) === undefined) continue;
    const key = baseKey(planned, keys, context);
    if (key === undefined) continue;
    keys.set(planned.id, key);
    wanted.add(key);
  }
  return wanted;
}

/** Units as they are told of, each with the places of those that it needs. */
export function missingUnits(plan: UnitPlan): TargetUnits["missing"] {
  const places = new Map(plan.map(({ id }, place) => [id, place]));
  return plan.map(({ unit, dependencies }) => ({
    ...nameOfUnit(unit),
    needs: dependencies.flatMap(({ id }) => places.get(id) ?? []),
  }));
}

/** Whether compiling a unit ends with a linker: that of a program, of a shared library, of tests. */
function isLinked({ mode, target }: Unit): boolean {
  if (mode === "test") return true;
  return mode === "build" && target.crateTypes.some((type) => ["bin", "cdylib", "dylib"].includes(type));
}

function readsOf(unit: KeptUnit | undefined): Read[] {
  return unit?.record.reads?.filter(isRead) ?? [];
}

/** Of the dependencies the content is known by their package, of the project's own units file by file. */
function restorable(plan: UnitPlan, { restore, contentOf }: TargetContext): UnitPlan {
  if (restore === "dependencies")
    return plan.filter(({ unit }) => contentOf(unit.target.srcPath) !== undefined);
  return restore === "everything" ? plan : [];
}

function isOfStub(message: Message): boolean {
  return "packageId" in message && message.packageId.includes(`path+file://${world.source}`);
}

function differs(was: KeptUnit | undefined, is: KeptUnit | undefined): boolean {
  return was !== undefined && was.key === is?.key && was.record.tree !== is.record.tree;
}

function directoriesIn(plan: UnitPlan): ReadonlySet<string> {
  return new Set(plan.flatMap((planned) => packageDirectory(planned) ?? []));
}

/**
 * The directories of the packages that a source consists of, `""` for the root: those with planned units, and what
 * `members` names, whether it is planned or not. A `Cargo.toml` elsewhere does not make a package: templates and what
 * tests work on have some too, and are data.
 */
export function packageDirectories(
  planned: Iterable<string>,
  { files, textOf, workspace = "" }: Pick<LocalFiles, "files" | "textOf" | "workspace">,
): ReadonlySet<string> {
  const manifest = manifestIn(workspace);
  // A hook may lead Cargo elsewhere than to a workspace.
  const text = files.some(({ path }) => path === manifest) ? textOf(manifest) : "";
  const patterns = workspaceKeys(manifestTable(text)).root?.members ?? [];
  const manifests = files.filter(({ path }) => path.endsWith("/Cargo.toml"));
  const directories = manifests.map(({ path }) => parentOf(path));
  const relative = directories.map((each) => posix.relative(workspace, each));
  const members = patterns.flatMap((pattern) => expandMembers(pattern, relative));
  return new Set(["", workspace, ...planned, ...members.map((each) => posix.join(workspace, each))]);
}
