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
import { askedByScript } from "../layout/unitTraces.ts";
import type { FoundUnit } from "../openTarget.ts";
import { type BakedPaths, bakedPaths, fits, type Move, movedContent, movePaths } from "./bakedPaths.ts";

/**
 * This folder lays units into a target directory in which Cargo works without Gantry. They were compiled in a step in which
 * all is as it is for that Cargo, but for the path of the target directory.
 */
type Laying = Move & {
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
  /** Those that were there, and are left as they are. */
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

/** What is to be laid down of a unit. */
type Layable = { readonly record: UnitRecord; readonly baked: NonNullable<BakedPaths> };

/**
 * What becomes of a unit. One that is there may be the `same`, or have come out otherwise than the store's: then nothing is
 * laid down that depends on it, since it was compiled against other bytes.
 */
type Judgement =
  | ({ readonly is: "wanted" } & Layable)
  | { readonly is: "same" | "other" }
  | { readonly is: "left"; readonly reason?: string };

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
  const judged = new Map<Digest, Judgement>();
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  for (const unit of units) {
    laying.signal.throwIfAborted();
    const needs = unit.needs.flatMap((id) => {
      const [needed, is] = [byId.get(id), judged.get(id)?.is];
      return needed && is ? [{ unit: nameOfUnit(needed.unit), isOwn: isOwn(needed), is }] : [];
    });
    judged.set(unit.id, await judge(store, { ...unit, needs }, laying));
  }
  const withIs = <Is extends Judgement["is"]>(is: Is) =>
    units.flatMap(({ id, unit }) => {
      const judgement = judged.get(id);
      const isIt = (one: Judgement): one is Extract<Judgement, { readonly is: Is }> => one.is === is;
      return judgement && isIt(judgement) ? [{ unit, name: nameOfUnit(unit), ...judgement }] : [];
    });
  const wanted = withIs("wanted");
  const time = new Date();
  const taken = new Set<string>();
  let done = 0;
  // The lock is held until nothing is written any more, whatever went wrong.
  const failures: unknown[] = [];
  await inParallel(wanted, copiedAtOnce, async ({ record, baked }) => {
    if (failures.length > 0 || laying.signal.aborted) return;
    const files = record.files.filter(({ path }) => !taken.has(path));
    for (const { path } of files) taken.add(path);
    try {
      await layUnit(store.pathOf(record.tree), files, { ...laying, baked, time });
      laying.onLaid(++done, wanted.length);
    } catch (thrown) {
      failures.push(thrown);
    }
  });
  if (failures.length > 0) throw failures[0];
  laying.signal.throwIfAborted();
  const left = withIs("left").filter((each) => !isOwn(each));
  return {
    laid: wanted.map(({ name }) => name),
    present: [...withIs("same"), ...withIs("other")].map(({ name }) => name),
    left: left.map(({ name, reason }) => ({ unit: name, ...(reason !== undefined && { reason }) })),
  };
}

/** Whether it is of a package that is compiled where it lies, of which Cargo looks at every file. */
function isOwn({ unit }: Pick<FoundUnit, "unit">): boolean {
  return unit.package.source.kind === "path";
}

/** Units; more than libuv has threads, so that these have always something to do. */
const copiedAtOnce = 8;

type Judged = Omit<FoundUnit, "needs"> & {
  readonly needs: readonly {
    readonly unit: UnitName;
    readonly isOwn: boolean;
    readonly is: Judgement["is"];
  }[];
};

async function judge(
  store: Store,
  { unit, needs, kept }: Judged,
  { directory, env, compiledWith, ...move }: Laying,
): Promise<Judgement> {
  // It was compiled elsewhere than Cargo has its checkouts.
  if (unit.package.source.kind === "git") return { is: "left", reason: "it comes from git" };
  if (!kept) return { is: "left", ...reasonToLack(needs) };
  const { record } = kept;
  const places = placesOf(record.files.map(({ path }) => path));
  const isThere = places.some((place) => existsSync(`${directory}/${fingerprintDirectory(place)}`));
  const blocked = needs.find(({ is }) => is === "left" || is === "other");
  if (blocked) {
    if (isThere) return { is: "other" };
    return blocked.is === "left" ? { is: "left" } : { is: "left", reason: againstOther(blocked.unit) };
  }
  const tree = store.pathOf(record.tree);
  const reader: TargetReader = { locate: (path) => `${tree}/${path}` };
  const asked = places.flatMap((place) =>
    existsSync(`${tree}/${buildScriptOutput(place)}`) ? askedByScript(reader, place).variables : [],
  );
  const name = asked.find((each) => env[each] !== compiledWith[each]);
  if (name !== undefined) return { is: "left", reason: otherVariable(name, env[name], compiledWith[name]) };
  const baked = await bakedPaths(store, record, move.from);
  if (baked === null) {
    if (isThere) return { is: "other" };
    return { is: "left", reason: "it holds parts of the path that it was compiled in" };
  }
  if (isThere) {
    const isSame = await isSameUnit(tree, record.files, { ...move, directory, baked });
    return { is: isSame ? "same" : "other" };
  }
  if (fits(baked, move)) return { is: "wanted", record, baked };
  const limit = Buffer.byteLength(move.from);
  return {
    is: "left",
    reason: `it holds the path of the target directory, which has more than ${limit} bytes`,
  };
}

function reasonToLack(needs: Judged["needs"]): { reason?: string } {
  const own = needs.find((needed) => needed.isOwn && needed.is === "left");
  if (own) return { reason: `it depends on \`${own.unit.package}\`, which Cargo compiles where it lies` };
  return needs.some(({ is }) => is === "left") ? {} : { reason: "it is not in the store" };
}

function againstOther(unit: UnitName): string {
  return `it depends on \`${unit.package} ${unit.version}\`, which was compiled here, to other bytes than in the store`;
}

function otherVariable(name: string, here: string | undefined, there: string | undefined): string {
  const isSet =
    here === undefined ? "is not set here" : there === undefined ? "is set here" : "is another here";
  return `its build script asks for \`${name}\`, which ${isSet}`;
}

type Comparing = Move & { readonly directory: string; readonly baked: Layable["baked"] };

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
      movedContent(`${tree}/${path}`, baked[path], move),
    ]);
    if (!is.equals(wanted)) return false;
  }
  return true;
}

/** What nobody is compiled against: what Cargo notes, dep-info, programs of build scripts. */
const isAboutUnit =
  /(?:^|\/)(?:\.fingerprint|fingerprint)\/|\.d$|\/(?:invoked\.timestamp|stderr|root-output)$|\/build[-_]script[-_][^/]*$/;

type LayingUnit = Laying & { readonly baked: Layable["baked"]; readonly time: Date };

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
  const places = baked[file.path];
  if (places !== undefined) await movePaths(to, places, move);
  await utimes(to, time, time);
}
