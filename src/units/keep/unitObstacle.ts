import { statSync } from "node:fs";
import { posix } from "node:path";
import type { Digest } from "../../base/digest.ts";
import { isWithin, upward } from "../../base/paths.ts";
import { world } from "../../derivation/world.ts";
import type { Access } from "../../sandbox/observation.ts";
import type { KeyContext } from "../key/unitKey.ts";
import type { PlannedUnit, UnitPlan } from "../key/unitPlan.ts";
import { crateOf, includedFiles, inSource } from "../key/unitReads.ts";
import {
  isBesideUnits,
  isKeptWith,
  isOfUnits,
  type ObservedBuild,
  type ObservedUnit,
  placeAt,
  showsUnits,
} from "../layout/observedUnits.ts";
import { placeName, placesOf, type TargetReader, type UnitPlace } from "../layout/targetLayout.ts";
import { askedByScript } from "../layout/unitTraces.ts";
import type { KeptUnit } from "./chooseUnits.ts";
import type { LocatedUnits } from "./locateUnits.ts";

type CompiledUnit = {
  /** Of its files, in the target directory. */
  readonly paths: readonly string[];
  readonly places: readonly UnitPlace[];
  /** Undefined of stubs, which a layer has in the place of the project. */
  readonly observed: ObservedUnit | undefined;
  readonly isVendored: boolean;
  /** The texts of rustc's dep-info files of a vendored unit. */
  readonly depInfos: readonly string[];
};

type Build = {
  /** The project's own files are absent in a layer. */
  readonly context: Pick<KeyContext, "local">;
  readonly plan: UnitPlan;
  readonly located: LocatedUnits;
  readonly restored: ReadonlyMap<Digest, KeptUnit>;
  /** See `writtenElsewhere`. */
  readonly elsewhere: boolean;
  readonly observed: ObservedBuild;
  /** See `TargetContext`. */
  readonly keyedFiles: ReadonlySet<string>;
  readonly workspace: string;
  readonly reader: TargetReader;
  /** Whether something is at an absolute path of the step's world. */
  readonly exists: (path: string) => boolean;
};

/**
 * Why a unit must not be restored although it is finished, in words for a user: it did what its files do not show, and to
 * restore it would not do it; or it read what its key does not tell of.
 */
export function obstacleTo(
  planned: PlannedUnit,
  { paths, places, observed, isVendored, depInfos }: CompiledUnit,
  build: Build,
): string | undefined {
  const inVain = isVendored ? namedInVain(planned, places, build) : undefined;
  if (inVain !== undefined) return `it names \`${inVain}\`, which is not there`;
  const isLayer = build.context.local === undefined;
  // Of what was written beside the units nobody knows whether it was still there when Ctrl-C ended a layer.
  const isBroken = isLayer && build.observed.observations.some(({ wasStopped }) => wasStopped);
  // What nobody saw may have left whatever lies beside the units.
  const isUnsure = isBroken || !observed || observed.gap !== undefined;
  if (isUnsure && planned.unit.mode === "run-custom-build") {
    if (build.elsewhere) return "it may have left files beside its `OUT_DIR`";
    const [path] = build.observed.changed;
    if (path !== undefined) return `it may have changed \`${shownPath(path)}\``;
  }
  if (!observed) return undefined;
  const read = observed.accesses.filter(({ kind }) => kind !== "write");
  const unkeyed = () =>
    isVendored ? unkeyedRead(planned, [...read, ...includes(depInfos)], build) : undefined;
  const left = observed.wrote.find((path) => !isKeptWith(paths, path) && (!isBroken || isOfUnits(path)));
  if (left !== undefined) return `it left \`${shownPath(left)}\`, which would be missing if it did not run`;
  const { leftByOthers } = observed;
  if (leftByOthers !== undefined) return `another unit left \`${leftByOthers}\` among its files`;
  if (observed.readOfOthers !== undefined && !isBroken)
    return `it read \`${shownPath(observed.readOfOthers)}\`, which was written during the build`;
  const known = new Set([...places, ...placesBelow(planned, build)].map(placeName));
  const foreign = read.find((access) => {
    const place = placeAt(access.path);
    return place !== undefined && !known.has(place) && showsSomething(access, build);
  });
  if (foreign) return `it read \`${foreign.path}\`, of a unit that it does not depend on`;
  const listing = read.find((access) => listsUnits(access, planned, build));
  if (listing)
    return `it lists \`${posix.normalize(listing.path)}\`, where units lie that it does not depend on`;
  if (observed.readByOthers !== undefined && !isBroken)
    return `it left \`${shownPath(observed.readByOthers)}\` for another unit, which would not find it if it did not run`;
  // A layer's environment has what a hook does.
  if (isLayer) return unkeyed();
  const own = new Set(observed.profiles?.map((path) => `${world.targetDirectory}/${path}`));
  const beside = read.find(
    (access) => isBesideUnits(access.path) && !own.has(access.path) && showsSomething(access, build),
  );
  if (beside) return `it read \`${beside.path}\`, which no unit keeps`;
  return unkeyed();
}

/** What a unit of a vendored package was seen to read that its key does not hold, or rustc says that it included. */
function unkeyedRead(planned: PlannedUnit, read: readonly Access[], build: Build): string | undefined {
  const project = read.find((access) => isUnkeyedFile(access, build));
  if (project)
    return `it looks for \`${shownPath(project.path)}\` in the project, which its key does not hold`;
  const units = [planned, ...unitsBelow(planned, build.plan)];
  const crates = new Set(units.map(({ unit }) => crateOf(unit.target.srcPath)));
  const other = read.find((access) => showsOtherCrates(access, crates));
  return other && `it looks for \`${posix.normalize(other.path)}\`, which its key does not hold`;
}

/** What rustc says is known where nothing was observed, too. */
function includes(depInfos: readonly string[]): Access[] {
  return includedFiles(depInfos)
    .filter((path) => path.startsWith("/"))
    .map((path) => ({ kind: "open", path }));
}

/**
 * Whether a use of a path shows what lies in the project, and is not in the key as it lies there. That Cargo runs in a directory,
 * below others, and in none that is a link, is always so: a shell looks whether `PWD` is where it runs, and CMake follows it.
 */
function isUnkeyedFile({ kind, path }: Access, { keyedFiles, workspace, observed }: Build): boolean {
  const inside = inSource(path, "");
  if (inside === undefined) return false;
  const isAbove = inside === "" || isWithin(workspace, inside.replace(/\/$/, ""));
  if (isAbove && (kind === "look" || kind === "link")) return false;
  return kind === "link" || !keyedFiles.has(inside) || observed.changed.has(path);
}

/**
 * Whether a use of a path shows something of crates that are not among these, of which alone a unit's key holds the contents: what
 * lies in them, whether they are there, or the names of all.
 */
function showsOtherCrates({ kind, path }: Access, crates: ReadonlySet<string | undefined>): boolean {
  const place = posix.normalize(path);
  const crate = crateOf(place);
  if (crate === undefined) return kind === "open" && place === world.vendor;
  // What has no version in its name no crate can be: a program looks for `.git` in all directories above.
  return !crates.has(crate) && /-\d+\.\d+\.\d+/.test(crate);
}

/**
 * Whether a use of a path in the target directory shows what lies there. Cargo has the system's loader look for libraries
 * in the output of units that have nothing to do with one (`LD_LIBRARY_PATH`), where it finds none.
 */
function showsSomething({ kind, path }: Access, { observed }: Build): boolean {
  const place = observed.locate(path);
  const stat = place === undefined ? undefined : statSync(place, { throwIfNoEntry: false });
  return stat !== undefined && (kind === "open" || stat.isFile());
}

/** Whether a use of a path shows which units there are. rustc lists libraries, of which it takes those that it is told of. */
function listsUnits({ kind, path }: Access, { unit }: PlannedUnit, { observed }: Build): boolean {
  if (kind !== "open") return false;
  const directory = posix.normalize(path);
  const isOfLibraries = /\/deps\/?$/.test(directory) && unit.mode !== "run-custom-build";
  return !isOfLibraries && showsUnits(directory, observed.locate);
}

/**
 * The path that the build script of a vendored package named and that is not there: Cargo runs it in every build. (Of what
 * lies in its own registry, Cargo 1.95 does not look.)
 */
function namedInVain(
  { unit }: PlannedUnit,
  places: readonly UnitPlace[],
  { exists, reader }: Build,
): string | undefined {
  if (unit.mode !== "run-custom-build") return undefined;
  const named = places.flatMap((place) => askedByScript(reader, place).changes);
  const above = upward(posix.dirname(unit.target.srcPath));
  const directory = above.find((each) => exists(posix.join(each, "Cargo.toml"))) ?? "";
  return named.find((path) => !exists(posix.resolve(directory, path)));
}

/** The places of all that a unit depends on. */
function placesBelow(planned: PlannedUnit, { plan, located, restored }: Build): UnitPlace[] {
  return unitsBelow(planned, plan).flatMap(({ id }) => [
    ...(located.get(id) ?? []),
    ...placesOf((restored.get(id)?.record.files ?? []).map(({ path }) => path)),
  ]);
}

/** All that a unit depends on. */
function unitsBelow({ dependencies }: PlannedUnit, plan: UnitPlan): PlannedUnit[] {
  const byId = new Map(plan.map((planned) => [planned.id, planned]));
  const seen = new Set<PlannedUnit>();
  const ahead = dependencies.map(({ id }) => id);
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    const planned = byId.get(id);
    if (!planned || seen.has(planned)) continue;
    seen.add(planned);
    ahead.push(...planned.dependencies.map((edge) => edge.id));
  }
  return [...seen];
}

/** A path as people know it: relative to the project, where it lies in it. */
export function shownPath(path: string): string {
  return posix.normalize(inSource(path, "") || path);
}
