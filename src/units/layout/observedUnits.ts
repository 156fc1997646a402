import { isWithin, parentOf } from "../../base/paths.ts";
import type { Unit } from "../../cargo/plan/unitGraph.ts";
import { world } from "../../derivation/world.ts";
import type { Access, Observation, Task } from "../../sandbox/observation.ts";
import { placeName, type UnitPlace } from "./targetLayout.ts";

/** What was seen of a build's processes, and what has become of what they wrote. */
export type ObservedBuild = {
  readonly observations: readonly Observation[];
  /** Whether what was written at an absolute path, by what was observed, is a change that is still there. */
  readonly remains: (path: string) => boolean;
  /** The path on the host of what lies at an absolute path of the step's world now; undefined: nothing does. */
  readonly locate: (path: string) => string | undefined;
  /** The absolute paths in the source at which something else lies now than the step was given, whoever changed it. */
  readonly changed: ReadonlySet<string>;
};

/** What was seen of a unit's processes. */
export type ObservedUnit = {
  /** Why that may not be all. */
  readonly gap?: string;
  readonly accesses: readonly Access[];
  /** The paths of what it wrote and left. */
  readonly wrote: readonly string[];
  /**
   * The paths, in the target directory, of what it alone left in the place where cargo-llvm-cov gathers what was executed: a
   * build script or macro that is instrumented leaves that at its end.
   */
  readonly profiles?: readonly string[];
  /** A path that it read, and that another unit wrote where no unit keeps its files. */
  readonly readOfOthers?: string;
  /** A path that it wrote, at which nothing lies any more, and that another unit read. */
  readonly readByOthers?: string;
  /** A path among its files, at which another unit left something: it would be kept with this one. */
  readonly leftByOthers?: string;
  /** A path in the source that it read, and that was changed by no unit: by a hook. */
  readonly readOfHooks?: string;
};

/**
 * Gives what was seen of a unit, whose files lie at these places. Cargo tells each compiler where its output shall lie, and
 * each build script its `OUT_DIR`. Where that leaves several, since Cargo names no output by a hash, it gives what any of
 * them did.
 */
export function observedUnits({ observations, remains, locate, changed }: ObservedBuild) {
  const tasks = observations.flatMap((observation) => observation.tasks);
  const anyones = observations.flatMap(({ unattributed }) => unattributed);
  const gap = observations.find((each) => each.gap !== undefined)?.gap;
  const tasksOf = tasksOfUnits(tasks);
  const left = new Map(tasks.map((task) => [task, writtenBy(task.accesses, remains)]));
  const leftByAnyone = writtenBy(anyones, remains);
  const intruded = [...left].flatMap(([task, paths]) => intrusionsOf(task, paths));
  const writers = writersOf(left, intruded);
  const passers = passersOf(tasks, locate);
  const readers = readersOf(tasks, passers);
  const changes = new Set([...changed].flatMap((path) => readsOfWritten(path)));
  return (unit: Unit, places: readonly UnitPlace[]): ObservedUnit => {
    const own = tasksOf(unit, places);
    const unseen = own.length === 0 ? "none of its processes was seen" : undefined;
    const missing = gap ?? own.find((task) => task.gap !== undefined)?.gap ?? meetingOf(own) ?? unseen;
    const accesses = [...own.flatMap((task) => task.accesses), ...anyones];
    const isAnothers = (task: Task) => !own.includes(task);
    const isOthers = (read: string) =>
      [...(writers.get(read) ?? []), ...(passers.get(read) ?? [])].some(isAnothers);
    const isHooks = (read: string) => changes.has(read) && !writers.has(read);
    const [ofOthers, ofHooks] = [isOthers, isHooks].map((is) =>
      accesses.find((access) => readsIn(access).some(is)),
    );
    const byOthers = accesses.find(
      ({ kind, path }) => kind === "write" && [...(readers.get(path) ?? [])].some(isAnothers),
    );
    const names = new Set(places.map(placeName));
    const intrusion = intruded.find(({ task, place }) => names.has(place) && isAnothers(task));
    const wrote = own.flatMap((task) => left.get(task) ?? []);
    const profiles = wrote.flatMap((path) => {
      const isAlone =
        !leftByAnyone.includes(path) && ![...(writers.get(`path ${path}`) ?? [])].some(isAnothers);
      return isAlone ? (/^[^/]+\.profraw$/.exec(belowTarget(path) ?? "") ?? []) : [];
    });
    return {
      accesses,
      wrote: [...wrote, ...leftByAnyone],
      ...(profiles.length > 0 && { profiles }),
      ...(ofOthers && { readOfOthers: ofOthers.path }),
      ...(byOthers && { readByOthers: byOthers.path }),
      ...(intrusion && { leftByOthers: intrusion.path }),
      ...(ofHooks && { readOfHooks: ofHooks.path }),
      ...(missing !== undefined && { gap: missing }),
    };
  };
}

/** Gives the tasks of a unit whose files lie at these places. */
export function tasksOfUnits(tasks: readonly Task[]) {
  const byPlace = Map.groupBy(tasks, nameOfTask);
  return (unit: Unit, places: readonly UnitPlace[]): readonly Task[] =>
    places.flatMap((place) => {
      const named = byPlace.get(placedName(unit, place));
      return named ?? byPlace.get(unplacedName(unit, place)) ?? [];
    });
}

/** What a task left among the files of a unit that it does not work for. */
type Intrusion = { readonly task: Task; readonly path: string; readonly place: string };

function intrusionsOf(task: Task, left: readonly string[]): Intrusion[] {
  const own = nameOfTask(task);
  return left.flatMap((path) => {
    const place = isOfUnits(path) ? placeAt(path) : undefined;
    return place === undefined || own.endsWith(` ${place}`) ? [] : [{ task, path, place }];
  });
}

/**
 * Who wrote what lies where no unit keeps its files, or among those of another one, by what is read of it: the path, or the names in
 * its directory.
 */
function writersOf(
  left: ReadonlyMap<Task, readonly string[]>,
  intruded: readonly Intrusion[],
): ReadonlyMap<string, ReadonlySet<Task>> {
  const writers = new Map<string, Set<Task>>();
  const stray = [...left].flatMap(([task, paths]) =>
    paths.filter(isForOthers).map((path) => ({ task, path })),
  );
  for (const { task, path } of [...stray, ...intruded])
    for (const read of readsOfWritten(path)) note(writers, read, task);
  return writers;
}

/** Who wrote what lies nowhere any more, by what is read of it: a unit may have found it meanwhile. */
function passersOf(
  tasks: readonly Task[],
  locate: ObservedBuild["locate"],
): ReadonlyMap<string, ReadonlySet<Task>> {
  const passers = new Map<string, Set<Task>>();
  for (const task of tasks) {
    for (const { kind, path, isGone } of task.accesses) {
      if (kind !== "write" || !isForOthers(path) || !(isGone || isEmpty(path, locate))) continue;
      note(passers, `path ${path}`, task);
    }
  }
  return passers;
}

/** Whether nothing lies at a place that a step can show when it has ended. */
function isEmpty(path: string, locate: ObservedBuild["locate"]): boolean {
  const lasting = [world.source, world.targetDirectory, world.out];
  return lasting.some((each) => isWithin(path, each)) && locate(path) === undefined;
}

/** Who read what lies nowhere any more, by its path. */
function readersOf(
  tasks: readonly Task[],
  passers: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, ReadonlySet<Task>> {
  const readers = new Map<string, Set<Task>>();
  for (const task of tasks) {
    for (const { kind, path } of task.accesses) {
      if (kind !== "write" && passers.has(`path ${path}`)) note(readers, path, task);
    }
  }
  return readers;
}

/** What tasks asked another one, such as a server, this may have read for them. That they saw who runs tells nothing. */
function meetingOf(tasks: readonly Task[]): string | undefined {
  const met = tasks.flatMap(({ meets = [] }) => meets).find((what) => !what.includes("/proc"));
  return met === undefined ? undefined : `it met others by ${met}`;
}

function note(tasks: Map<string, Set<Task>>, name: string, task: Task): void {
  tasks.set(name, (tasks.get(name) ?? new Set()).add(task));
}

function readsOfWritten(path: string): string[] {
  return [`path ${path}`, `names ${parentOf(path)}`];
}

function readsIn({ kind, path }: Access): string[] {
  return kind === "open" ? [`path ${path}`, `names ${path}`] : [`path ${path}`];
}

function writtenBy(accesses: readonly Access[], remains: (path: string) => boolean): string[] {
  return accesses.flatMap(({ kind, path, isGone }) =>
    kind === "write" && !isGone && remains(path) ? [path] : [],
  );
}

/** The run of a build script and its compilation may lie at one place. */
function placedName(unit: Unit, place: UnitPlace): string {
  return `${unit.mode === "run-custom-build" ? "run" : "compilation"} ${placeName(place)}`;
}

function unplacedName(unit: Unit, { root }: UnitPlace): string {
  return `compilation ${root} ${unit.package.name} ${unit.target.name.replaceAll("-", "_")}`;
}

/**
 * What a task is called by the names of the units that it may be. rustdoc, which Cargo tells the `OUT_DIR` of a package that
 * it documents or whose examples it runs, is none of them.
 */
function nameOfTask({ argv, env, program }: Task): string {
  const outDirectory = optionIn(argv, "--out-dir");
  const crate = optionIn(argv, "--crate-name");
  if (outDirectory === undefined)
    return crate === undefined ? `run ${placeIn(env.OUT_DIR ?? "") ?? program}` : `documentation ${crate}`;
  const [hash] = argv.flatMap((word) => /^extra-filename=-([0-9a-f]{16})$/.exec(word)?.[1] ?? []);
  const named = placeIn(outDirectory);
  if (named !== undefined) return `compilation ${named}`;
  const root = rootOf(outDirectory);
  const package_ = env.CARGO_PKG_NAME ?? "";
  if (hash !== undefined) return `compilation ${root}/${package_}-${hash}`;
  return `compilation ${root} ${package_} ${crate ?? ""}`;
}

function optionIn(argv: readonly string[], option: string): string | undefined {
  const at = argv.indexOf(option);
  return at === -1
    ? argv.find((word) => word.startsWith(`${option}=`))?.slice(option.length + 1)
    : argv[at + 1];
}

/** The name of the place that a path lies in, in either layout: its `OUT_DIR`, what a build script printed, Cargo's fingerprint. */
export function placeAt(path: string): string | undefined {
  const [, root, directory] = /^(.+?)\/\.fingerprint\/([^/]+)/.exec(belowTarget(path) ?? "") ?? [];
  return root === undefined || directory === undefined ? placeIn(path) : placeName({ root, directory });
}

/** Whether a path lies in a directory of the target directory in which units have their files. */
export function isOfUnits(path: string): boolean {
  return belowTarget(path) !== undefined && !isStray(path);
}

/** Whether a path is that of a directory in which one sees which units there are. */
export function showsUnits(path: string, locate: ObservedBuild["locate"]): boolean {
  const directory = path.replace(/\/$/, "");
  if (directory === world.targetDirectory) return true;
  const below = belowTarget(directory) ?? "";
  if (ofUnits.test(`${below}/`) && !ofUnits.test(below)) return true;
  const mayBeRoot = /^[^/]+(?:\/[^/]+)?$/.test(below);
  return mayBeRoot && ["deps", "build"].some((each) => locate(`${directory}/${each}`) !== undefined);
}

/** The name of the place that a directory of the target directory belongs to, in either layout, if it is one unit's. */
export function placeIn(directory: string): string | undefined {
  const path = belowTarget(directory);
  const [, root, name, rest = ""] =
    /^(.+?)\/(?:build|deps\/artifact)\/([^/]+)((?:\/[^/]+)*)$/.exec(path ?? "") ?? [];
  if (root === undefined || name === undefined) return undefined;
  const hash = /^\/([0-9a-f]{16})(?:\/|$)/.exec(rest)?.[1];
  return placeName({ root, directory: hash === undefined ? name : `${name}/${hash}` });
}

/** `release` for `/build/target/release/deps`. */
function rootOf(directory: string): string {
  return (belowTarget(directory) ?? "").replace(/\/[^/]*$/, "");
}

function belowTarget(path: string): string | undefined {
  const prefix = `${world.targetDirectory}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}

/**
 * Whether what a unit wrote is kept with it: it lies among its files, or in a cache in its home directory, which gives the
 * same with and without what is in it. A directory around its files was there before.
 *
 * @param files the paths of the unit's files and directories in the target directory
 */
export function isKeptWith(files: readonly string[], path: string): boolean {
  const own = [...files.map((file) => `${world.targetDirectory}/${file}`), ...cachesOfHome];
  const there = [...own, world.temporary, world.sharedMemory, world.out, world.source];
  return own.some((each) => isWithin(path, each)) || there.some((each) => isWithin(each, path));
}

/** What may stay or go; of Cargo's own directory, what Cargo 1.95 writes there by itself. */
const cachesOfHome = [
  ".cache",
  ...["registry", "git", ".package-cache", ".package-cache-mutate"].map((name) => `.cargo/${name}`),
  ...[".global-cache", ".global-cache-journal"].map((name) => `.cargo/${name}`),
].map((path) => `${world.home}/${path}`);

/** Whether a path lies in a cache in the home directory, see `isKeptWith`. */
export function isCacheOfHome(path: string): boolean {
  return cachesOfHome.some((each) => isWithin(path, each));
}

/** Whether a path lies where Cargo, or a hook, puts what no unit keeps: programs, what is installed. */
export function isBesideUnits(path: string): boolean {
  return isWithin(path, world.out) || (belowTarget(path) !== undefined && isStray(`${path}/`));
}

/** Whether others may be meant to find what is written at a path: no unit keeps it, and it is no cache, nor above one. */
function isForOthers(path: string): boolean {
  return isStray(path) && !isKeptWith([], path);
}

/** Whether a path lies where no unit keeps its files. */
function isStray(path: string): boolean {
  return !ofUnits.test(belowTarget(path) ?? "");
}

const ofUnits = /^[^/]+(?:\/[^/]+)?\/(?:deps|examples|build|incremental|\.fingerprint)\//;
