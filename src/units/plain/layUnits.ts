import { constants, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { copyFile, lutimes, readFile, utimes } from "node:fs/promises";
import { posix } from "node:path";
import { inParallel } from "../../base/concurrency.ts";
import type { Digest } from "../../base/digest.ts";
import type { Store, TreeFile } from "../../store/store.ts";
import type { UnitRecord } from "../keep/unitRecord.ts";
import {
  buildScriptOutput,
  fingerprintDirectory,
  placesOf,
  type TargetReader,
} from "../layout/targetLayout.ts";
import { nameOfUnit, type UnitName } from "../layout/unitMessages.ts";
import { printedLines } from "../layout/unitTraces.ts";
import type { FoundUnit } from "../openTarget.ts";
import { type BakedPaths, bakedPaths, canMove, type Move, movedContent, movePaths } from "./bakedPaths.ts";

/**
 * This folder lays units into a target directory in which Cargo works without Gantry. They were compiled in a step in which
 * all is as it is for that Cargo, but for the path of the target directory.
 */
export type Laying = Move & {
  /** Where Cargo has the units, which is `to` as a directory that may be written to. */
  readonly directory: string;
  /** The variables that Cargo will run with. */
  readonly env: NodeJS.ProcessEnv;
  /** Those that the units were compiled with. */
  readonly compiledWith: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onLaid: (done: number, total: number) => void;
};

/** What became of the units. */
export type LaidUnits = {
  readonly laid: readonly UnitName[];
  /** Those that were there, the same. */
  readonly present: readonly UnitName[];
  /** Those that Cargo has to compile. Of the project's own packages nothing is said. */
  readonly left: readonly LeftUnit[];
};

/** A unit that Cargo has to compile. */
export type LeftUnit = {
  readonly unit: UnitName;
  /** Absent: it depends on another one that is left. */
  readonly reason?: string;
};

/**
 * Lays units down that Cargo will find fresh, and leaves what is there as it is. They are copies, sharing blocks where the
 * file system can do that, and never links: Cargo and rustc write into some files in place. All get the time of now, since
 * Cargo compares times of units with each other, and with files that build scripts name.
 *
 * A unit's fingerprint comes last: without it Cargo compiles the unit, whatever else is there. So a disk that is full, or
 * an end at any time, costs only time.
 *
 * @param units all that Cargo needs, each after those that it depends on
 * @throws what the system throws, for a disk that is full
 */
export async function layUnits(
  store: Store,
  units: readonly FoundUnit[],
  laying: Laying,
): Promise<LaidUnits> {
  const left = new Map<Digest, LeftUnit>();
  const there = new Set<Digest>();
  const wanted: { readonly unit: FoundUnit; readonly record: UnitRecord; readonly baked: BakedPaths }[] = [];
  for (const unit of units) {
    laying.signal.throwIfAborted();
    const found = await judge(store, unit, { ...laying, isLeft: (id) => left.has(id) });
    if (found === "present") there.add(unit.id);
    else if ("baked" in found) wanted.push({ unit, ...found });
    else left.set(unit.id, { unit: nameOfUnit(unit.unit), ...found });
  }
  const time = new Date();
  const taken = new Set<string>();
  let done = 0;
  await inParallel(wanted, copiedAtOnce, async ({ record, baked }) => {
    laying.signal.throwIfAborted();
    const files = record.files.filter(({ path }) => !taken.has(path));
    for (const { path } of files) taken.add(path);
    await layUnit(store.pathOf(record.tree), files, { ...laying, baked, time });
    laying.onLaid(++done, wanted.length);
  });
  const isOwn = ({ unit }: FoundUnit) => unit.package.source.kind === "path";
  const own = new Set(units.filter(isOwn).map(({ id }) => id));
  return {
    laid: wanted.map(({ unit }) => nameOfUnit(unit.unit)),
    present: units.filter(({ id }) => there.has(id)).map(({ unit }) => nameOfUnit(unit)),
    left: [...left].flatMap(([id, unit]) => (own.has(id) ? [] : [unit])),
  };
}

/** Units; more than libuv has threads, so that these have always something to do. */
const copiedAtOnce = 8;

type Judging = Laying & { readonly isLeft: (id: Digest) => boolean };

/** What is to be laid down of a unit, or why nothing is; `present`: the same is there. */
async function judge(
  store: Store,
  { unit, needs, kept }: FoundUnit,
  { isLeft, directory, env, compiledWith, ...move }: Judging,
): Promise<
  "present" | { readonly record: UnitRecord; readonly baked: BakedPaths } | { readonly reason?: string }
> {
  if (needs.some(isLeft)) return {};
  if (unit.package.source.kind === "git") return { reason: "it comes from git" };
  if (!kept) return { reason: "it is not in the store" };
  const { record } = kept;
  const tree = store.pathOf(record.tree);
  const places = placesOf(record.files.map(({ path }) => path));
  const reader: TargetReader = { locate: (path) => `${tree}/${path}` };
  const asked = places.flatMap((place) =>
    existsSync(`${tree}/${buildScriptOutput(place)}`) ? variablesAsked(printedLines(reader, place)) : [],
  );
  const other = asked.find((name) => env[name] !== compiledWith[name]);
  if (other !== undefined) return { reason: otherVariable(other, env[other], compiledWith[other]) };
  const baked = await bakedPaths(store, record, move.from);
  const isThere = places.some((place) => existsSync(`${directory}/${fingerprintDirectory(place)}`));
  if (isThere) {
    const isSame = await isSameUnit(tree, record.files, { ...move, directory, baked });
    return isSame ? "present" : { reason: "it was compiled here, and is left as it is" };
  }
  if (baked.isPartial) return { reason: "it holds parts of the path that it was compiled in" };
  if (canMove(baked, move.from, move.to)) return { record, baked };
  return {
    reason: `it would hold the path of the target directory, which is longer than ${move.from.length} bytes`,
  };
}

function otherVariable(name: string, here: string | undefined, there: string | undefined): string {
  const isSet =
    here === undefined ? "is not set here" : there === undefined ? "is set here" : "is another here";
  return `its build script asks for \`${name}\`, which ${isSet}`;
}

/** The variables that Cargo compares, as a build script told it to. */
function variablesAsked(printed: readonly string[]): string[] {
  return printed.flatMap((line) => /^cargo::?rerun-if-env-changed=(.*)$/.exec(line)?.[1] ?? []);
}

type Comparing = Move & { readonly directory: string; readonly baked: BakedPaths };

/**
 * Whether a unit that is there has the bytes of the store's, as far as others are compiled against them: of a library that
 * is its metadata. Two compilations of a unit may differ.
 */
async function isSameUnit(
  tree: string,
  files: readonly TreeFile[],
  { directory, baked, ...move }: Comparing,
): Promise<boolean> {
  const told = files.filter(({ path, type }) => type === "file" && !isAboutUnit.test(path));
  const metadata = told.filter(({ path }) => path.endsWith(".rmeta"));
  for (const { path } of metadata.length > 0 ? metadata : told) {
    if (!existsSync(`${directory}/${path}`)) return false;
    const [is, wanted] = await Promise.all([
      readFile(`${directory}/${path}`),
      movedContent(`${tree}/${path}`, baked.places[path], move),
    ]);
    if (!is.equals(wanted)) return false;
  }
  return true;
}

/** What nobody is compiled against: what Cargo notes, dep-info, programs of build scripts. */
const isAboutUnit =
  /(?:^|\/)(?:\.fingerprint|fingerprint)\/|\.d$|\/(?:invoked\.timestamp|stderr|root-output)$|\/build[-_]script[-_][^/]*$/;

type LayingUnit = Laying & { readonly baked: BakedPaths; readonly time: Date };

async function layUnit(tree: string, files: readonly TreeFile[], laying: LayingUnit): Promise<void> {
  const { directory } = laying;
  const made: string[] = [];
  try {
    for (const file of inOrder(files)) {
      const to = `${directory}/${file.path}`;
      mkdirSync(file.type === "directory" ? to : posix.dirname(to), { recursive: true });
      if (file.type === "directory") continue;
      made.push(to);
      await layFile(`${tree}/${file.path}`, file, laying);
    }
  } catch (thrown) {
    // Half a unit is of no use, and in the way where the disk is full.
    for (const path of made) rmSync(path, { force: true });
    throw thrown;
  }
}

/** Cargo's fingerprint last, and of its files the one with the hash, which Cargo looks for first. */
function inOrder(files: readonly TreeFile[]): TreeFile[] {
  const hashes = new Set(files.map(({ path }) => path.replace(/\.json$/, "")));
  const rank = ({ path }: TreeFile): number => {
    if (!/(?:^|\/)\.?fingerprint\//.test(path)) return 0;
    return hashes.has(path) && files.some((each) => each.path === `${path}.json`) ? 2 : 1;
  };
  return [...files].sort((a, b) => rank(a) - rank(b));
}

async function layFile(
  from: string,
  file: TreeFile,
  { directory, baked, time, ...move }: LayingUnit,
): Promise<void> {
  const to = `${directory}/${file.path}`;
  if (file.type === "symlink") {
    rmSync(to, { force: true });
    symlinkSync(file.target.replaceAll(move.from, move.to), to);
    return lutimes(to, time, time);
  }
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const places = baked.places[file.path];
  if (places !== undefined) await movePaths(to, places, move);
  await utimes(to, time, time);
}
