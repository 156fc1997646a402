import type { Digest } from "../../base/digest.ts";
import { world } from "../../derivation/world.ts";
import type { Observation, Task } from "../../sandbox/observation.ts";
import type { RecordOf } from "../../store/kinds/kinds.ts";
import type { Store } from "../../store/store.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { crateOf } from "../key/unitReads.ts";
import { placeIn, tasksOfUnits } from "../layout/observedUnits.ts";
import { placeName, placesOf, type UnitPlace } from "../layout/targetLayout.ts";
import { type ActorPlace, actsOf } from "../layout/unitActs.ts";
import type { KeptUnit } from "./chooseUnits.ts";
import type { LocatedUnits } from "./locateUnits.ts";

export type StepActs = RecordOf<"step-acts">;

type Build = {
  readonly plan: UnitPlan;
  /** By id, where the files of what was compiled lie. */
  readonly located: LocatedUnits;
  /** By id. */
  readonly restored: ReadonlyMap<Digest, KeptUnit>;
  readonly kept: ReadonlyMap<Digest, KeptUnit>;
  /** The content of the vendored package that a file belongs to. */
  readonly contentOf: (path: string) => Digest | undefined;
  /** Of commands that were observed with what they used of the system. */
  readonly observations: readonly Observation[];
};

/**
 * What others' build scripts and macros were seen to do for the units of a step: in this build, or when a unit was compiled
 * that was restored now. It is remembered by the unit's key, and changes nothing of what a build leaves.
 */
export function stepActs({ records }: Pick<Store, "records">, build: Build): StepActs {
  const { plan, kept, contentOf } = build;
  const whole = build.observations.every(({ gap }) => gap === undefined) ? build.observations : [];
  const tasksOf = tasksOfUnits(whole.flatMap(({ tasks }) => tasks));
  const packages = packagesByPlace(build);
  return plan.flatMap((planned): StepActs => {
    const { unit, usesProcMacro, id } = planned;
    const isScript = unit.mode === "run-custom-build";
    const script = isScript ? contentOf(unit.target.srcPath) : undefined;
    if (isScript ? script === undefined : !usesProcMacro) return [];
    const tasks = tasksOf(unit, build.located.get(id) ?? []).filter(({ gap }) => gap === undefined);
    const seen = tasks.length > 0 ? seenOf(planned, tasks, { ...build, packages }) : undefined;
    const key = kept.get(id)?.key;
    if (key !== undefined && seen) records.set("unit-acts", key, seen);
    const known = seen ?? (key === undefined ? undefined : records.get("unit-acts", key));
    // A unit that loaded no macro tells nothing of any.
    if (!isScript && known?.macros.length === 0) return [];
    const name = `${unit.package.name} ${unit.package.version}`;
    return [{ unit: name, script: script ?? null, macros: known?.macros ?? [], acts: known?.acts ?? null }];
  });
}

type Packages = ReadonlyMap<string, PlannedUnit>;

function seenOf(
  { unit, id }: PlannedUnit,
  tasks: readonly Task[],
  { located, contentOf, packages }: Build & { readonly packages: Packages },
): RecordOf<"unit-acts"> {
  const unitAt = (path: string) => packages.get(placeOf(path) ?? "");
  const isScript = unit.mode === "run-custom-build";
  const loaded = isScript ? [] : loadedMacros(tasks).flatMap((path) => unitAt(path) ?? []);
  const own = new Set((located.get(id) ?? []).map(placeName));
  const actor: ActorPlace = {
    // rustc itself opens code of other crates, where a macro names a place in it.
    packages: isScript ? [packageAt(unit.target.srcPath)] : [world.vendor, packageAt(unit.target.srcPath)],
    own: (path) => !isScript || own.has(placeOf(path) ?? ""),
    leftBy: (path) => unitAt(path)?.unit.package.name,
    isLinked:
      unit.mode === "test" || (!isScript && unit.target.crateTypes.some((type) => !/^r?lib$/.test(type))),
  };
  const macros = loaded.map((macro) => contentOf(macro.unit.target.srcPath));
  const others = new Set(macros.filter((digest) => digest !== undefined));
  // What a macro of the project may have done is none of others'.
  return { acts: actsOf(tasks, actor), macros: macros.includes(undefined) ? [] : [...others].sort() };
}

/** The libraries that compilers opened which are macros, or hold some. */
function loadedMacros(tasks: readonly Task[]): string[] {
  const isLibrary = (path: string) => path.startsWith(`${world.targetDirectory}/`) && path.endsWith(".so");
  return tasks.flatMap(({ accesses }) =>
    accesses.flatMap(({ kind, path }) => (kind === "open" && isLibrary(path) ? [path] : [])),
  );
}

/** The name of the place that a path in the target directory belongs to: by its directory, or by the hash in its name. */
function placeOf(path: string): string | undefined {
  const named = /\/deps\/lib[^/]+-([0-9a-f]{16})\.\w+$/.exec(path)?.[1];
  return named ?? placeIn(path);
}

/** The directory of the package that a file belongs to; of the project's own, the project. */
function packageAt(path: string): string {
  return crateOf(path) ?? world.source;
}

/** Units by the names of their places, and by the hashes that are in the names of their files. */
function packagesByPlace({ plan, located, restored }: Build): Packages {
  return new Map(
    plan.flatMap((planned) => {
      const files = restored.get(planned.id)?.record.files ?? [];
      const places: readonly UnitPlace[] = [
        ...(located.get(planned.id) ?? []),
        ...placesOf(files.map(({ path }) => path)),
      ];
      return places.flatMap((place) => [
        [placeName(place), planned] as const,
        [place.directory.slice(-16), planned] as const,
      ]);
    }),
  );
}
