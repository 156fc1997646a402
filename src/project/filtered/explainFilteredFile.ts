import { statSync } from "node:fs";
import { posix, resolve } from "node:path";
import { backticked, type Diagnostic, diagnostic, type Place } from "../../base/diagnostic.ts";
import { unreachable } from "../../base/narrowing.ts";
import type { Filter, Source } from "../../derivation/model.ts";
import { inWorkspace, world } from "../../derivation/world.ts";
import { textOf } from "../../tree/files.ts";
import { parentOf } from "../../tree/paths.ts";
import { ignoringPattern } from "../gitRules.ts";
import { mentionsIn } from "../scan/mentions.ts";
import { listingMemory } from "../scan/scanMemory.ts";
import type { ScannedFile } from "../scan/scanSource.ts";
import { walkSource } from "../scan/walkSource.ts";
import { type MissedPath, missedPaths } from "./missedPaths.ts";

type FailedBuild = {
  /** What the step printed. */
  readonly output: string;
  readonly source: Source;
  /** The source's directory on disk, absolute. */
  readonly directory: string;
  /** What the build had of it. */
  readonly files: readonly ScannedFile[];
  /** Where the sandbox showed it. Default: `/build/source`. */
  readonly prefix?: string;
};

/**
 * If a build failed because a file was not part of its source although it exists on disk: which file, where
 * the code asks for it, and the line of `gantry.config.ts` that keeps it. Undefined if that is not why.
 *
 * Gives `file-filtered`, or `file-ignored` where not the filter but git leaves the file out.
 *
 * @example
 * explainFilteredFile({ output: log, source, directory: "/home/me/app", files })
 */
export function explainFilteredFile({
  output,
  source,
  directory,
  files,
  prefix,
}: FailedBuild): Diagnostic | undefined {
  const root = resolve(directory);
  const walked = walkSource(root, () => true, listingMemory([], 0));
  if (!walked.ok) return undefined;
  const kept = new Set(files.map((file) => file.path));
  const left = walked.value.paths.filter((path) => !kept.has(path)).sort();
  const found = new Map<string, Missing>();
  const misses = missedPaths(output, prefix ?? world.source);
  for (const missed of misses.map((each) => fromSource(each, source, prefix ?? world.source))) {
    for (const each of [missed, ...namedAt(root, missed)]) {
      const missing = lookUp(root, each, { kept, left });
      if (missing && !found.has(missing.path)) found.set(missing.path, missing);
    }
  }
  const filtered = [...found.values()].filter((missing) => missing.files.length > 0);
  if (filtered.length > 0) return fileFiltered(root, filtered, { source, kept });
  const ignored = [...found.values()].find((missing) => missing.pattern !== undefined);
  return ignored && fileIgnored(root, ignored);
}

type Missing = Pick<MissedPath, "place"> & {
  /** Ends with `/` if it is a directory. */
  readonly path: string;
  /** What the filter leaves out: the file itself, or all files of the directory. */
  readonly files: readonly string[];
  /** What makes git ignore it. */
  readonly pattern: string | undefined;
};

/** Relative paths in a log count from the workspace, or may do so. */
function fromSource(missed: MissedPath, source: Source, prefix: string): MissedPath {
  const { path, place } = missed;
  const bases = [...new Set([...missed.bases, source.workspace ?? ""])];
  const printed = place?.file ?? "";
  const inside = printed.startsWith(`${prefix}/`) ? printed.slice(prefix.length + 1) : printed;
  const file = printed.startsWith("/") ? inside : inWorkspace(source, printed);
  return { path, bases, ...(place && { place: { ...place, file } }) };
}

type Contents = { readonly kept: ReadonlySet<string>; readonly left: readonly string[] };

function lookUp(
  root: string,
  { path, bases, place }: MissedPath,
  { kept, left }: Contents,
): Missing | undefined {
  for (const base of bases) {
    const inside = posix.normalize(`${base === "" ? "." : base}/${path}`).replace(/\/$/, "");
    if (path.startsWith("/") || inside === "." || inside.startsWith("..")) continue;
    const stats = statSync(`${root}/${inside}`, { throwIfNoEntry: false });
    if (stats === undefined || kept.has(inside)) continue;
    const where = place && { place };
    if (!stats.isDirectory()) {
      const files = left.includes(inside) ? [inside] : [];
      const pattern = files.length === 0 ? ignoringPattern(root, inside) : undefined;
      if (files.length > 0 || pattern !== undefined) return { path: inside, files, pattern, ...where };
      continue;
    }
    // A directory of which a part is in the build is there, so it is not what is missing.
    if ([...kept].some((file) => file.startsWith(`${inside}/`))) continue;
    const files = left.filter((file) => file.startsWith(`${inside}/`));
    const pattern = files.length === 0 ? ignoringPattern(root, `${inside}/`) : undefined;
    if (files.length > 0 || pattern !== undefined) return { path: `${inside}/`, files, pattern, ...where };
  }
  return undefined;
}

/**
 * `fs::read("schema.json").unwrap()` panics without saying which file: the literals just above may say it.
 */
function namedAt(root: string, { place, bases }: MissedPath): MissedPath[] {
  if (!place) return [];
  const lines = linesOf(`${root}/${place.file}`).slice(Math.max(0, place.line - 4), place.line);
  const around = [...new Set([...bases, parentOf(place.file)])];
  return mentionsIn("build.rs", lines.join("\n")).map((path) => ({ path, bases: around, place }));
}

type Filtering = { readonly source: Source; readonly kept: ReadonlySet<string> };

function fileFiltered(root: string, missing: readonly Missing[], { source, kept }: Filtering): Diagnostic {
  const names = backticked(missing.map(({ path }) => path));
  const patterns = [...new Set(missing.map((each) => patternFor(each.path, kept)))];
  const place = missing.find((each) => each.place)?.place;
  const hasSeveral = missing.length > 1;
  const expression = sourceExpression(sourceIncluding(source, patterns));
  return diagnostic("file-filtered", `the build reads ${names}, which the filter of its source leaves out`, {
    place: place && { ...sourceLine(root, place), label: "read here" },
    notes: [
      `${hasSeveral ? "they exist" : "it exists"} on disk, but only what the filter keeps reaches a build`,
    ],
    help: [`in \`gantry.config.ts\`: src: ${expression}`],
  });
}

/** The whole directory where the build has nothing else of it, since its other files will be missed next. */
function patternFor(path: string, kept: ReadonlySet<string>): string {
  const directory = path.endsWith("/") ? path.slice(0, -1) : parentOf(path);
  const isWhole = directory !== "" && ![...kept].some((file) => file.startsWith(`${directory}/`));
  return isWhole ? `${literally(directory)}/**` : literally(path);
}

function literally(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@|$^]/g, "\\$&");
}

function fileIgnored(root: string, { path, pattern, place }: Missing): Diagnostic {
  return diagnostic("file-ignored", `the build reads \`${path}\`, which git ignores`, {
    place: place && { ...sourceLine(root, place), label: "read here" },
    notes: [
      `the pattern is \`${pattern}\``,
      "what git ignores is in nobody else's checkout, so no build can have it",
    ],
    help: [`add \`!/${path}\` to \`.gitignore\`, and: git add ${path}`],
  });
}

/**
 * A place in a file of the source, with its line and, where a macro call stands there, all of it underlined.
 */
function sourceLine(root: string, at: Pick<Place, "file" | "line" | "column">): Place {
  const text = linesOf(`${root}/${at.file}`)[at.line - 1];
  if (text === undefined) return at;
  const call = /^[\w:]+!\s*\([^)]*\)+|^[\w.]+\([^)]*\)/.exec(text.slice(at.column - 1))?.[0];
  return { ...at, length: call?.length ?? 1, text };
}

/** The lines of a file; none if it cannot be read. */
function linesOf(file: string): string[] {
  return textOf(file)?.split(/\r?\n/) ?? [];
}

/**
 * A source as one would write it in `gantry.config.ts`. A user's function is shown as `…`.
 *
 * @example
 * sourceExpression({ type: "source", root: ".", filter: { kind: "cargo" } }) // 'lib.cleanCargoSource(".")'
 */
function sourceExpression({ root, filter }: Source): string {
  const show = (each: Filter): string => sourceExpression({ type: "source", root, filter: each });
  switch (filter.kind) {
    case "everything":
    case "automatic":
      return `fileset.everything(${root === "." ? "" : JSON.stringify(root)})`;
    case "cargo":
      return `lib.cleanCargoSource(${JSON.stringify(root)})`;
    case "globs":
      return `fileset.include(${list(filter.patterns)})`;
    case "where":
      return root === "." ? "fileset.where(…)" : `fileset.where(…, ${JSON.stringify(root)})`;
    case "union":
    case "intersection":
      return `fileset.${filter.kind}(${filter.of.map(show).join(", ")})`;
    case "difference":
      if (filter.of.kind === "everything" && filter.without.kind === "globs" && root === ".") {
        return `fileset.exclude(${list(filter.without.patterns)})`;
      }
      return `fileset.difference(${show(filter.of)}, ${show(filter.without)})`;
    default:
      return unreachable(filter);
  }
}

/**
 * The source with more files, written in the shortest way. `automatic` has no name in a configuration and no
 * room for more; what it leaves out is kept by taking everything.
 */
function sourceIncluding(source: Source, patterns: readonly string[]): Source {
  const { filter } = source;
  if (filter.kind === "automatic") return { ...source, filter: { kind: "everything" } };
  const members = filter.kind === "union" ? filter.of : [filter];
  const last = members.at(-1);
  const isGlobs = last?.kind === "globs";
  const all: Filter = {
    kind: "globs",
    patterns: isGlobs ? [...new Set([...last.patterns, ...patterns])] : patterns,
  };
  const of = [...(isGlobs ? members.slice(0, -1) : members), all];
  return { ...source, filter: of.length === 1 ? all : { kind: "union", of } };
}

function list(patterns: readonly string[]): string {
  return patterns.map((pattern) => JSON.stringify(pattern)).join(", ");
}
