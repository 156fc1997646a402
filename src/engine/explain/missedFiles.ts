import { readdirSync, type Stats, statSync } from "node:fs";
import { posix } from "node:path";
import { backticked } from "../../base/diagnostic.ts";
import { isWithin } from "../../base/paths.ts";
import type { Derivation, Source } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { expressionIncluding } from "../../project/filtered/sourceExpression.ts";
import { isIgnoredByGit } from "../../project/gitRules.ts";
import type { Access, Observation, Task } from "../../sandbox/observation.ts";
import { inSource } from "../../units/key/unitReads.ts";
import type { UnitName } from "../../units/layout/unitMessages.ts";
import type { MissedFile } from "../../units/openTarget.ts";
import type { InputContext } from "../inputs/resolvedInput.ts";
import { directoryOf, scanned } from "../inputs/source.ts";
import { sourceInConfiguration, sourceOf } from "./explainFailure.ts";
import type { Explanation } from "./finding.ts";
import { asNamedIn, configurationText } from "./inConfiguration.ts";
import { explainOutside } from "./outsideFiles.ts";

/** What is said, and the lookups that it is about. */
export type ToldMissed = { readonly notes: readonly string[]; readonly missed: readonly MissedFile[] };

/**
 * What to say where a step went well and yet looked for files that the project has and its source has not: a macro that
 * finds no file may leave out in silence what it would have made of it.
 */
export function toldOfMissed(
  context: InputContext,
  step: Derivation,
  missed: readonly MissedFile[],
): ToldMissed {
  const source = sourceOf(step);
  if (!source) return { notes: [], missed: [] };
  // Who only asks for a directory has been answered by its absence.
  const found = onDisk(context, source, missed).filter(({ stats }) => stats.isFile());
  if (found.length === 0) return ofHistory(context, source, missed);
  const notes = notesOf(found);
  const remedy = remedyFor(context, source, found);
  const [note = "", ...others] = notes;
  const text = remedy && asNamedIn(remedy, configurationText(context.project.configuration) ?? "");
  if (text === undefined) return { notes, missed: lookupsIn(found) };
  const told =
    others.length === 0 ? [`${note}; to have it: src: ${text}`] : [...notes, `to have these: src: ${text}`];
  return { notes: told, missed: lookupsIn(found) };
}

function ofHistory(context: InputContext, source: Source, missed: readonly MissedFile[]): ToldMissed {
  const directory = directoryOf(context, source);
  const first = missed.find(({ path }) => isGits(path) && statsOf(`${directory}/${path}`));
  if (!first) return { notes: [], missed: [] };
  const note = `${nameOf(first.unit)} looked for \`.git\`, and a build sees no history: what it needs of it can be given as a variable, by \`env\``;
  return { notes: [note], missed: [first] };
}

/** A command that failed. */
export type FailedCommand = {
  /** What was seen of it, where something of the project's own is compiled. */
  readonly observation: Observation;
  /** The same of all that is compiled. */
  readonly ofAll: Observation;
  /** Whether something is at an absolute path of the step's world. */
  readonly isThere: (path: string) => boolean;
  /** What it printed, without colours. */
  readonly text: string;
  /** Whether the log alone says why. */
  readonly isExplained: boolean;
};

/** The same of a step that failed, by what was seen: its log may not say which file it did not find. */
export function explainMissed(
  context: InputContext,
  step: Derivation,
  { observation, isThere, text: log, isExplained }: FailedCommand,
): Explanation {
  const source = sourceOf(step);
  if (!source) return { notes: [], help: [] };
  const looked = observation.tasks.flatMap((task) =>
    task.accesses.flatMap(({ kind, path }): MissedFile[] => {
      const inside = wanting.has(kind) ? inSource(path, "") : undefined;
      return inside === undefined ? [] : [{ unit: unitOfTask(task), path: inside }];
    }),
  );
  const missed = looked.filter(({ path }) => !isThere(`${world.source}/${path}`));
  const lookups = looked.map(({ unit, path }) => ({ who: nameOf(unit), path }));
  const outside = explainOutside(context, source, { lookups, isThere, text: log });
  const found = onDisk(context, source, missed);
  if (found.length === 0 && outside.notes.length === 0)
    return testMissed(context, source, { log, isExplained });
  const remedy = remedyFor(context, source, found);
  const text = configurationText(context.project.configuration);
  const ignored = unique(found.filter(({ isIgnored }) => isIgnored).map(({ path }) => path));
  return {
    notes: [...notesOf(found), ...outside.notes],
    help: [
      ...(remedy === undefined ? [] : sourceInConfiguration(step, remedy, text)),
      ...(ignored.length > 0 ? [`git add --force ${ignored.slice(0, most).join(" ")}`] : []),
      ...outside.help,
    ],
  };
}

/**
 * Nobody observes what tests look for. Of one that did not find a file it may be one that git ignores, so these are named,
 * as a guess.
 */
function testMissed(
  context: InputContext,
  source: Source,
  { log, isExplained }: { readonly log: string; readonly isExplained: boolean },
): Explanation {
  const isOfTest = /^running \d+ tests?$/m.test(log) && /kind: NotFound|\(os error 2\)/.test(log);
  if (!isOfTest) return { notes: [], help: [] };
  const ignored = ignoredBeside(context, source);
  if (ignored.length === 0) return isExplained ? { notes: [], help: [] } : somethingMissed(source);
  const shown = backticked(ignored.slice(0, most));
  const more = ignored.length > most ? `, and ${ignored.length - most} more` : "";
  return {
    notes: [`a test did not find a file, and no build has what git ignores: here ${shown}${more}`],
    help: [`if that is what it reads: git add --force ${ignored.slice(0, most).join(" ")}`],
  };
}

/** What a test looked for may be anything: what there is, and how it gets there. */
function somethingMissed(source: Source): Explanation {
  const isAll = source.filter.kind === "everything";
  return {
    notes: [
      "a test did not find something; what tests look for is not observed, and there is only what `src` keeps and what was declared",
    ],
    help: [
      ...(isAll
        ? []
        : [
            `if it is a file of the project that \`src\` leaves out: src: ${expressionIncluding(source, ["PATH/"], new Set())}`,
          ]),
      "if it is a program: nativeBuildInputs: [pkgs.NAME]",
    ],
  };
}

/** What git ignores in the directories of a source's files, but for what is made by builds and for hidden files. */
function ignoredBeside(context: InputContext, source: Source): string[] {
  const directory = directoryOf(context, source);
  const kept = new Set(keptBy(context, source));
  const directories = new Set([...kept].flatMap(ancestors));
  return [...directories].sort().flatMap((inside) =>
    entriesOf(`${directory}/${inside}`).flatMap(({ name, isDirectory }) => {
      const path = posix.join(inside, name);
      if (kept.has(path) || directories.has(path) || /^\.|^target$|^result(?:-|$)/.test(name)) return [];
      const shown = isDirectory ? `${path}/` : path;
      return isIgnoredByGit(`${directory}/${shown}${isDirectory ? "any" : ""}`) ? [shown] : [];
    }),
  );
}

function ancestors(path: string): string[] {
  const parent = posix.dirname(path);
  return parent === "." ? ["."] : [parent, ...ancestors(parent)];
}

function entriesOf(directory: string): { readonly name: string; readonly isDirectory: boolean }[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() }));
  } catch {
    return [];
  }
}

/** What somebody does who wants what lies at a path. */
export const wanting: ReadonlySet<Access["kind"]> = new Set(["open", "run", "look"]);

/** The name of the unit that a compiler or a build script works for. */
export function unitOfTask({ argv, env }: Task): UnitName {
  const at = argv.indexOf("--crate-type");
  const isScript = !argv.includes("--crate-name") || argv.some((word) => word.startsWith("build_script_"));
  const target = isScript ? "custom-build" : at === -1 ? "test" : (argv[at + 1] ?? "");
  return { package: env.CARGO_PKG_NAME ?? "", version: env.CARGO_PKG_VERSION ?? "", target, mode: "build" };
}

type Found = MissedFile & { readonly stats: Stats; readonly isIgnored: boolean };

/** Of what was looked for, what the project has and the source has not (a build may remove its own), but for its history. */
function onDisk(context: InputContext, source: Source, missed: readonly MissedFile[]): Found[] {
  const directory = directoryOf(context, source);
  const found = missed.flatMap(({ unit, path: looked }): Found[] => {
    const path = posix.normalize(looked).replace(/\/$/, "");
    const stats = statsOf(`${directory}/${path}`);
    if (!stats || isGits(path) || path.startsWith("..") || path === "target") return [];
    // A pattern may say what it ignores by the directory alone.
    const isIgnored = isIgnoredByGit(`${directory}/${path}${stats.isDirectory() ? "/any" : ""}`);
    return [{ unit, path, stats, isIgnored }];
  });
  const kept = found.length === 0 ? [] : keptBy(context, source);
  return found.filter(({ path }) => !kept.some((each) => isWithin(each, path)));
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function isGits(path: string): boolean {
  return /^\.git(\/|$)/.test(posix.normalize(path));
}

function lookupsIn(found: readonly Found[]): MissedFile[] {
  return found.map(({ unit, path }) => ({ unit, path }));
}

/** Who looked for what: one note for all that looked for the same. */
function notesOf(found: readonly Found[]): string[] {
  const lookups = Map.groupBy(found, ({ unit, isIgnored }) => `${isIgnored} ${nameOf(unit)}`);
  const byFiles = Map.groupBy(lookups.values(), (each) => {
    const paths = unique(each.map(({ path }) => path)).slice(0, most);
    const why = each[0]?.isIgnored
      ? "which git ignores, so that no build has it"
      : "which the filter of its source leaves out";
    return `looked for ${backticked(paths)}, ${why}`;
  });
  return [...byFiles].map(([what, units]) => {
    const names = units.flatMap(([first]) => (first ? [nameOf(first.unit)] : []));
    const more = names.length > most ? ` and ${names.length - most} more` : "";
    return `${names.slice(0, most).join(", ")}${more} ${what}`;
  });
}

/** The source that has what its filter leaves out, as one writes it; undefined where it leaves nothing out. */
function remedyFor(context: InputContext, source: Source, found: readonly Found[]): string | undefined {
  const filtered = found.filter(({ isIgnored }) => !isIgnored);
  if (filtered.length === 0) return undefined;
  const paths = unique(filtered.map(({ path, stats }) => (stats.isDirectory() ? `${path}/` : path)));
  return expressionIncluding(source, paths.slice(0, most * most), new Set(keptBy(context, source)));
}

/** The paths of a source's files. */
function keptBy(context: InputContext, source: Source): readonly string[] {
  const files = scanned(context, source);
  return files.ok ? files.value.map(({ path }) => path) : [];
}

export function nameOf({ package: name, target }: UnitName): string {
  return target === "custom-build" ? `the build script of \`${name}\`` : `\`${name}\` (${target})`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** How many files, or units, are named. */
const most = 3;
