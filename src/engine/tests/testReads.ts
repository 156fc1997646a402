import { lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { posix } from "node:path";
import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import { isWithin, parentOf } from "../../base/paths.ts";
import { world } from "../../derivation/world.ts";
import type { Access, Observation, Task } from "../../sandbox/observation.ts";
import { isRead, type LocalSource, type Read } from "../../units/key/localSource.ts";
import { inSource, readsIn } from "../../units/key/unitReads.ts";
import { isCacheOfHome, type ObservedBuild } from "../../units/layout/observedUnits.ts";

/**
 * What a test read:
 *
 * - as a unit of the project's own does, of the source and the crates
 * - `made:/build/target/release/app`: what lies where Cargo compiles
 * - `scratch:/tmp/a`: whether something lies there where tests leave things for a while. It must not, since nobody knows what
 * - `port:8080`: whether somebody listens there. Nobody must
 */
export type TestRead = Read | `made:${string}` | `scratch:${string}` | `port:${number}`;

/**
 * Where a test may leave what it likes: it is thrown away. What lies there before a test begins, the runner tells
 * (`testRunner/run.rs` has the same list).
 */
const scratchPlaces = [
  world.temporary,
  world.sharedMemory,
  `${world.home}/.cargo`,
  world.home,
  `${world.targetDirectory}/tmp`,
];

/** What the tests of one command did, in order of how they may have met. */
export type Meetings = {
  readonly observation: Observation;
  readonly tests: ReadonlySet<Task>;
  /** By what is shared: who changed it, and who used it. */
  readonly changedBy: ReadonlyMap<string, ReadonlySet<Task>>;
  readonly usedBy: ReadonlyMap<string, ReadonlySet<Task>>;
};

/** @param tests the tasks that are tests: what others compile, is there before a test begins */
export function meetingsOf(observation: Observation, tests: ReadonlySet<Task>): Meetings {
  const changedBy = new Map<string, Set<Task>>();
  const usedBy = new Map<string, Set<Task>>();
  for (const task of observation.tasks) {
    for (const access of task.accesses) {
      for (const what of sharedIn(access).used) note(usedBy, what, task);
      if (access.kind !== "write") continue;
      const isCompiled = isWithin(access.path, world.targetDirectory) && !tests.has(task);
      for (const what of isCompiled ? [] : sharedIn(access).changed) note(changedBy, what, task);
    }
  }
  return { observation, tests, changedBy, usedBy };
}

function note(tasks: Map<string, Set<Task>>, what: string, task: Task): void {
  tasks.set(what, (tasks.get(what) ?? new Set()).add(task));
}

/** What an access has to do with that others may meet: a path, the names in a directory, or a whole entry of scratch. */
function sharedIn({ kind, path }: Access): {
  readonly used: readonly string[];
  readonly changed: readonly string[];
} {
  const place = posix.normalize(path);
  const entry = scratchEntry(place);
  if (entry !== undefined) {
    const isPlace = scratchPlaces.includes(entry);
    // That it is there is always so.
    const used = isPlace && kind !== "open" ? [] : [isPlace ? `names ${entry}` : `path ${entry}`];
    return { used, changed: [`path ${entry}`, `names ${parentOf(entry)}`] };
  }
  const used = kind === "open" ? [`path ${place}`, `names ${place}`] : [`path ${place}`];
  return { used, changed: [`path ${place}`, `names ${parentOf(place)}`] };
}

/** Of a path in scratch what has to be there for it: the entry of its place, or the place itself; undefined for other paths. */
function scratchEntry(path: string): string | undefined {
  const place = scratchPlaces.find((each) => isWithin(path, each));
  if (place === undefined || path === place) return place;
  return `${place}/${path.slice(place.length + 1).split("/")[0]}`;
}

type Around = Meetings & {
  readonly source: Pick<LocalSource, "isDirectory" | "workspace">;
  /** What lay in scratch before the test began. */
  readonly there: ReadonlySet<string>;
  readonly changes: Pick<ObservedBuild, "remains" | "locate" | "changed">;
  /** Something that runs later may look at what tests left beside what was compiled. */
  readonly isLookedAt: boolean;
};

/** What a test that passed has read, or why that is not all, so that its result must not be kept. */
export function readsOfTest(
  task: Task,
  around: Around,
): { readonly reads: readonly TestRead[] } | { readonly obstacle: string } {
  const { observation, source } = around;
  const gap = task.gap ?? observation.gap;
  if (gap !== undefined) return { obstacle: gap };
  const [met] = task.meets ?? [];
  if (met !== undefined) return { obstacle: `it used ${met}` };
  const [metByAny] = observation.meets ?? [];
  if (metByAny !== undefined)
    return { obstacle: `processes used ${metByAny}, and nobody can tell whose they are` };
  if (observation.unattributed.some(({ kind }) => kind === "write"))
    return { obstacle: "processes changed files of which nobody can tell whose they are" };
  const accesses = [...task.accesses, ...observation.unattributed];
  const obstacle =
    leftIn(task, around) ?? metIn(task, around) ?? foundIn(accesses, around) ?? changedIn(accesses, around);
  if (obstacle !== undefined) return { obstacle };
  const ports = task.ports?.map((port): TestRead => `port:${port}`) ?? [];
  const reads = new Set([...accesses.flatMap((access) => testReadsIn(access, source)), ...ports]);
  return { reads: [...reads].sort() };
}

/** What it wrote and left, where that is not thrown away. */
function leftIn({ accesses }: Task, { changes, isLookedAt }: Around): string | undefined {
  const left = accesses.find(({ kind, path, isGone }) => {
    if (kind !== "write" || isGone || isCacheOfHome(path) || !changes.remains(path)) return false;
    const place = scratchEntry(posix.normalize(path));
    return place === undefined || (isLookedAt && isWithin(place, world.targetDirectory));
  });
  return left && `it left \`${shown(left.path)}\``;
}

/** What it has to do with another test, or with what was compiled meanwhile. */
function metIn(task: Task, { changedBy, usedBy, tests, source }: Around): string | undefined {
  const others = (tasks: ReadonlySet<Task> | undefined) => [...(tasks ?? [])].some((each) => each !== task);
  for (const access of task.accesses) {
    if (isCacheOfHome(access.path)) continue;
    const { used, changed } = sharedIn(access);
    if (used.some((what) => others(changedBy.get(what))))
      return `\`${shown(access.path)}\` was changed by others, too`;
    if (access.kind === "write" && changed.some((what) => others(usedBy.get(what))))
      return `it changed \`${shown(access.path)}\`, which others used`;
    const namers = [...(changedBy.get(`names ${posix.normalize(access.path)}`) ?? [])];
    if (countsNames(access, source) && others(new Set(namers.filter((each) => tests.has(each)))))
      return `it looked at \`${shown(access.path)}\`, in which others changed something`;
  }
  return undefined;
}

/** What it found where nobody says what is there. */
function foundIn(accesses: readonly Access[], { there, changes, source }: Around): string | undefined {
  for (const access of accesses) {
    const { kind, path } = access;
    const place = posix.normalize(path);
    if (isWithin(place, world.tests) && kind !== "run") return "it used files of Gantry's own";
    const entry = isCacheOfHome(place) ? undefined : scratchEntry(place);
    if (entry !== undefined && there.has(entry) && !scratchPlaces.includes(entry))
      return `it used \`${entry}\`, which was there before it`;
    const isLeft = (left: string) =>
      parentOf(left) === entry && (kind === "open" || !(scratchPlaces.includes(left) || isCacheOfHome(left)));
    if (
      isNamed(access, source) &&
      entry !== undefined &&
      scratchPlaces.includes(entry) &&
      [...there].some(isLeft)
    )
      return `it ${kind === "open" ? "listed" : "looked at"} \`${entry}\`, in which others left something`;
    if (kind !== "open") continue;
    if (entry === undefined && isMade(place) && isDirectory(changes.locate(place)))
      return `it listed \`${place}\`, in which Cargo compiles`;
  }
  return undefined;
}

/** What of the source it used that lies there otherwise than it was given. */
function changedIn(
  accesses: readonly Access[],
  { changes: { changed }, source }: Around,
): string | undefined {
  if (changed.size === 0) return undefined;
  const names = new Set([...changed].map(parentOf));
  const of = accesses.find((access) => {
    const place = posix.normalize(access.path);
    return changed.has(place) || (isNamed(access, source) && names.has(place));
  });
  return of && `it used \`${shown(of.path)}\`, which was changed before`;
}

function testReadsIn(access: Access, source: Around["source"]): TestRead[] {
  const place = posix.normalize(access.path);
  const entry = scratchEntry(place);
  if (entry !== undefined)
    return scratchPlaces.includes(entry) || isCacheOfHome(place) ? [] : [`scratch:${entry}`];
  if (isMade(place)) return [`made:${place}`];
  return readsIn(countsNames(access, source) ? { ...access, kind: "open" } : access, source);
}

/** Whether an access shows something of the names in a directory. */
function isNamed(access: Access, source: Around["source"]): boolean {
  return access.kind === "open" || countsNames(access, source);
}

/**
 * Whether looking shows something of the names in a directory: how many links it has, one for each directory in it, and on some
 * file systems its size, which grows with the names (btrfs, tmpfs, XFS).
 */
function countsNames({ kind, path }: Access, source: Around["source"]): boolean {
  if (kind !== "look") return false;
  const place = posix.normalize(path);
  const inside = inSource(place, "");
  return scratchPlaces.includes(place) || (inside !== undefined && source.isDirectory(inside));
}

function isMade(path: string): boolean {
  return isWithin(path, world.targetDirectory) || isWithin(path, world.out);
}

/** What a test would find now. */
export type Now = {
  readonly source: Pick<LocalSource, "digestOf">;
  readonly there: ReadonlySet<string>;
  readonly locate: ObservedBuild["locate"];
  /** Whether what lies at a path of the source may be something else by now than the step was given. */
  readonly isTouched: (path: string) => boolean;
  /** The digest of a file of the host, which is asked for again and again. */
  readonly digestOf: (file: string, stat: Stats) => Digest;
};

/** How the runner tells of a port at which somebody listens. */
function portThere(port: string): string {
  return `port ${port}`;
}

/** The digest of what reading shows now, null where nothing is there; undefined where nobody can say. */
export function digestNow(read: TestRead, now: Now): Digest | null | undefined {
  const path = read.slice(read.indexOf(":") + 1);
  if (isRead(read)) {
    const isOfSource = /^(file|open|list|look|link):/.test(read) && read !== "look:";
    return isOfSource && now.isTouched(path) ? undefined : (now.source.digestOf(read) ?? null);
  }
  if (read.startsWith("port:")) return now.there.has(portThere(path)) ? undefined : null;
  if (read.startsWith("scratch:")) return now.there.has(path) ? undefined : null;
  const state = stateOf(now.locate(path), now.digestOf);
  return state === undefined ? null : digestOf(canonical(state));
}

/** What lies at a path of the host, as far as a read of it shows; undefined: nothing. */
function stateOf(file: string | undefined, digestOf: Now["digestOf"]): Data | undefined {
  const stat = file === undefined ? undefined : lstatSync(file, { throwIfNoEntry: false });
  if (file === undefined || stat === undefined) return undefined;
  if (stat.isSymbolicLink()) return ["link", readlinkSync(file)];
  if (!stat.isFile()) return stat.isDirectory() ? "directory" : "other";
  return [(stat.mode & 0o111) !== 0, digestOf(file, stat)];
}

function isDirectory(file: string | undefined): boolean {
  return file !== undefined && statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A read as people know it: the path in the project, or of the world. */
export function shownRead(read: string): string {
  const path = read.slice(read.indexOf(":") + 1);
  if (read.startsWith("port:")) return portThere(path);
  return path === "" ? "." : path;
}

function shown(path: string): string {
  return posix.normalize(inSource(path, "") || path);
}

/** Whether a text, such as one of a record, says what a test read. */
export function isTestRead(text: string): text is TestRead {
  return isRead(text) || /^(made|scratch):\//.test(text) || /^port:\d+$/.test(text);
}
