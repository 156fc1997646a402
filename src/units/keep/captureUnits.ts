import type { Digest } from "../../base/digest.ts";
import type { Message } from "../../cargo/plan/message.ts";
import type { Store } from "../../store/store.ts";
import type { UnitEnvironment } from "../key/environment.ts";
import type { Read } from "../key/localSource.ts";
import { baseKey, environmentFor, isPure, type KeyContext, localKey, systemKey } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { includesSystem, readsOf } from "../key/unitReads.ts";
import { type ObservedBuild, type ObservedUnit, observedUnits } from "../layout/observedUnits.ts";
import { fingerprintAt, placeName, type TargetReader, type UnitPlace } from "../layout/targetLayout.ts";
import { signatureOfMessage, signatureOfUnit } from "../layout/unitMessages.ts";
import { buildScriptTraces, compilationTraces, depInfosOf } from "../layout/unitTraces.ts";
import type { WrittenUnits } from "../layout/writtenUnits.ts";
import type { KeptUnit } from "./chooseUnits.ts";
import { freshUnits } from "./freshUnits.ts";
import type { LocatedUnits } from "./locateUnits.ts";
import { obstacleTo, shownPath } from "./unitObstacle.ts";
import { recordReads, recordUnit, storeUnit, type UnitFiles } from "./unitRecord.ts";

/**
 * This folder moves units between the store and a target directory: `chooseUnits` says what is restored, `locateUnits`
 * which files are whose after a build, and `captureUnits` keeps what the build compiled.
 *
 * A build that is over:
 */
export type Build = {
  readonly plan: UnitPlan;
  readonly context: KeyContext;
  /** The environment that the step compiled units of vendored packages in. */
  readonly own: UnitEnvironment;
  /** The units that were there at the start, by id. */
  readonly restored: ReadonlyMap<Digest, KeptUnit>;
  /** The host's directory with what the build wrote. Files are moved out of it. */
  readonly directory: string;
  readonly messages: readonly Message[];
  readonly reader: TargetReader;
  readonly written: WrittenUnits;
  readonly located: LocatedUnits;
  /** See `writtenElsewhere`. */
  readonly elsewhere: boolean;
  readonly observed: ObservedBuild;
  /** See `TargetContext`. */
  readonly keyedFiles: ReadonlySet<string>;
  readonly workspace: string;
  /** Whether something is at an absolute path of the step's world. */
  readonly exists: (path: string) => boolean;
};

type Captured = {
  /** All units of the plan that are in the store now, by id. */
  readonly kept: ReadonlyMap<Digest, KeptUnit>;
  /** Those that were compiled and are not kept, by id. */
  readonly unkept: ReadonlyMap<Digest, UnkeptUnit>;
};

export type UnkeptUnit = {
  readonly reads: readonly Read[];
  /** Why it must not be restored; absent where that holds of what it depends on. */
  readonly obstacle?: string;
};

/**
 * Moves the units that Cargo compiled into the store and records them. One whose dependency is not recorded is not
 * recorded either, nor one that Cargo did not finish, nor one with names that the store cannot have, nor one that did
 * what restoring it would not do.
 */
export async function captureUnits(store: Store, build: Build): Promise<Captured> {
  const { plan, context, restored } = build;
  const kept = new Map<Digest, KeptUnit>();
  const keys = new Map<Digest, Digest>();
  // Before anything is moved: where units share their places, the first takes the files of all.
  const compiled = compiledUnits(store, build);
  const move = mover(store, build.directory, [...compiled.values()]);
  for (const planned of plan) {
    const unit = compiled.get(planned.id);
    if (!unit) {
      const before = restored.get(planned.id);
      // Its key was made when it was chosen.
      if (!before || !planned.dependencies.every(({ id }) => keys.has(id))) continue;
      kept.set(planned.id, before);
      keys.set(planned.id, before.key);
      continue;
    }
    const base = (unit.readsSystem ? systemKey : baseKey)(planned, keys, context);
    // Restored, and then compiled after all, but not finished: neither is there.
    if (!base || !unit.complete) continue;
    const files = await move(unit);
    if (!files) continue;
    const now = recordCompiled(store, planned, { unit, files, base, kept, context });
    kept.set(planned.id, now);
    keys.set(planned.id, now.key);
  }
  const unkept = [...compiled].flatMap(([id, { complete, obstacle, reads = [] }]) => {
    if (kept.has(id) || !(complete || obstacle !== undefined)) return [];
    return [[id, { reads, ...(obstacle !== undefined && { obstacle }) }] as const];
  });
  return { kept, unkept: new Map(unkept) };
}

/** Units that share their places are moved once, and each has what any of them left. */
function mover(
  store: Store,
  directory: string,
  compiled: readonly CompiledUnit[],
): (unit: CompiledUnit) => Promise<UnitFiles | undefined> {
  const nameOf = ({ places }: CompiledUnit): string => places.map(placeName).join("\n");
  const sharing = Map.groupBy(compiled, nameOf);
  const moved = new Map<string, UnitFiles | undefined>();
  return async (unit) => {
    const name = nameOf(unit);
    const paths = (sharing.get(name) ?? []).flatMap((each) => each.paths);
    if (!moved.has(name)) moved.set(name, await storeUnit(store, directory, [...new Set(paths)]));
    return moved.get(name);
  };
}

type Compilation = {
  readonly unit: CompiledUnit;
  readonly files: UnitFiles;
  readonly base: Digest;
  /** The units that are there now, its dependencies among them. */
  readonly kept: ReadonlyMap<Digest, KeptUnit>;
  readonly context: KeyContext;
};

function recordCompiled(
  store: Store,
  planned: PlannedUnit,
  { unit, files, base, kept, context: { local } }: Compilation,
): KeptUnit {
  const { reads, places } = unit;
  if (reads) recordReads(store.records, base, reads);
  const key = reads && local ? localKey(base, reads, local) : base;
  const against = Object.fromEntries(
    planned.dependencies.flatMap(({ id }) => {
      const dependency = kept.get(id);
      return dependency ? [[dependency.key, dependency.record.tree] as const] : [];
    }),
  );
  const record = { ...files, against, ...(reads && { reads }), ...(places.length > 1 && { shared: true }) };
  recordUnit(store.records, key, record);
  return { key, record };
}

/** A unit that the build compiled, as it lies in the target directory. */
type CompiledUnit = {
  /** Several if it shares them with others. */
  readonly places: readonly UnitPlace[];
  /** Of its files, in the target directory. */
  readonly paths: readonly string[];
  /** Cargo finished it, and what it was compiled from is what its key will say. */
  readonly complete: boolean;
  /** It is a vendored unit that depends on what is installed, although nothing else than rustc had a part in it. */
  readonly readsSystem: boolean;
  /** What a unit of the project's own read; absent for others. */
  readonly reads?: readonly Read[];
  /** Why it must not be restored, although it is finished. */
  readonly obstacle?: string;
};

/** By id. */
function compiledUnits(store: Store, build: Build): ReadonlyMap<Digest, CompiledUnit> {
  const { plan, located, restored, written } = build;
  const isFresh = freshUnits(store, build);
  const observe = observedUnits(build.observed);
  const reported = reportedCompiled(build);
  const compiled = new Map<Digest, CompiledUnit>();
  // A build script that was compiled is run again, of which no message tells.
  const isRunAgain = ({ unit, dependencies }: PlannedUnit) =>
    unit.mode === "run-custom-build" && dependencies.some(({ id }) => compiled.has(id));
  for (const planned of plan) {
    const before = restored.get(planned.id);
    const places = located.get(planned.id) ?? [];
    const isKnown = !before || reported.has(planned.id) || isRunAgain(planned);
    if (places.some((place) => written.has(place) && (isKnown || !isFresh(before, place))))
      compiled.set(planned.id, compiledUnit(planned, places, { ...build, observe }));
  }
  return compiled;
}

/** The units that Cargo says it compiled, by id, as far as no other one has their signature. */
function reportedCompiled({ plan, messages }: Build): ReadonlySet<Digest> {
  const signatures = new Set(
    messages.flatMap((message) =>
      message.type === "compiler-artifact" && !message.fresh
        ? (signatureOfMessage(message)?.signature ?? [])
        : [],
    ),
  );
  const groups = Map.groupBy(plan, ({ unit }) => signatureOfUnit(unit));
  const sole = [...groups].flatMap(([signature, [planned, ...others]]) =>
    planned && others.length === 0 && signatures.has(signature) ? [planned.id] : [],
  );
  return new Set(sole);
}

type ObservableBuild = Build & { readonly observe: ReturnType<typeof observedUnits> };

function compiledUnit(
  planned: PlannedUnit,
  places: readonly UnitPlace[],
  build: ObservableBuild,
): CompiledUnit {
  const { context, reader, written } = build;
  const files = places.flatMap((place) => written.filesOf(planned.unit, place));
  const isVendored = context.contentOf(planned.unit.target.srcPath) !== undefined;
  const depInfos = isVendored ? depInfosOf(reader, files) : [];
  const readsSystem = isVendored && isPure(planned) && includesSystem(depInfos);
  // Of places that units share all have to be new: of a single one nobody could say whose it is.
  const isNew = (place: UnitPlace) => written.has(place) && fingerprintAt(reader, place) !== undefined;
  const isFinished = places.every(isNew) && (!isVendored || isAsKeyed(planned, build, readsSystem));
  // The layer below has stubs in the place of the project, which are not kept.
  const isObserved = isFinished && (isVendored || context.local !== undefined);
  const observed = isObserved ? build.observe(planned.unit, places) : undefined;
  const paths = [...files, ...(observed?.profiles ?? [])];
  const reads = observed && !isVendored ? localReads(planned, { places, observed }, build) : undefined;
  const obstacle = isFinished
    ? obstacleTo(planned, { paths, places, observed, isVendored, depInfos }, build)
    : undefined;
  const hasMore = reads?.some((read) => isUnkeyed(read, planned)) === true;
  return {
    ...{ places, paths, readsSystem, complete: isFinished && obstacle === undefined && !hasMore },
    ...(reads && { reads }),
    ...(obstacle !== undefined && { obstacle }),
  };
}

/**
 * Whether a variable that Cargo sets is not in the key: whether the package was asked for, which few units notice; and in
 * a check which programs the package has, which the plan only shows for what is built.
 */
function isUnkeyed(read: Read, { unit }: PlannedUnit): boolean {
  if (read === "env:CARGO_PRIMARY_PACKAGE") return true;
  return unit.mode === "check" && read.startsWith("env:CARGO_BIN_EXE_");
}

/** What was compiled in another environment than the one of its key must not be taken for what the key promises. */
function isAsKeyed(planned: PlannedUnit, { context, own }: Build, readsSystem: boolean): boolean {
  const { environment } = context;
  if (readsSystem) return environment.whole === own.whole && environment.host?.whole === own.host?.whole;
  return environmentFor(planned, environment) === environmentFor(planned, own);
}

type Capturing = { readonly places: readonly UnitPlace[]; readonly observed: ObservedUnit };

function localReads(
  planned: PlannedUnit,
  { places, observed }: Capturing,
  { context: { local }, written, reader, observed: { changed } }: Build,
): readonly Read[] | undefined {
  if (!local) return undefined;
  const { gap, accesses } = observed;
  // Of what was not seen, whatever was changed may have been read.
  const ofHooks = gap === undefined ? observed.readOfHooks : [...changed][0];
  const seen = {
    ...(gap === undefined ? { accesses } : { gap }),
    ...(ofHooks !== undefined && { hooks: `a hook wrote \`${shownPath(ofHooks)}\`` }),
  };
  const reads = places.flatMap((place) => {
    const traces =
      planned.unit.mode === "run-custom-build"
        ? buildScriptTraces(reader, place)
        : compilationTraces(reader, written.filesOf(planned.unit, place));
    return readsOf(planned, { traces, seen }, local);
  });
  return [...new Set(reads)];
}
