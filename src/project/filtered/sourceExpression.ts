import { unreachable } from "../../base/narrowing.ts";
import { parentOf } from "../../base/paths.ts";
import type { Filter, Source } from "../../derivation/model.ts";

/**
 * A source as one would write it in `gantry.config.ts` so that it has these files, too.
 *
 * @param paths of files and, with `/` at their end, of directories
 * @param kept the files that it has now
 */
export function expressionIncluding(
  source: Source,
  paths: readonly string[],
  kept: ReadonlySet<string>,
): string {
  const patterns = [...new Set(paths.map((path) => patternFor(path, kept)))];
  return sourceExpression(sourceIncluding(source, patterns));
}

/**
 * A source as one would write it so that it begins in a directory above, and has what it has now.
 *
 * @param source with that directory as its root
 * @param inside where it began before, relative to that
 */
export function expressionFrom(source: Source, inside: string): string {
  const moved = (filter: Filter): Filter => {
    switch (filter.kind) {
      case "globs":
        return { ...filter, patterns: filter.patterns.map((pattern) => `${literally(inside)}/${pattern}`) };
      case "union":
      case "intersection":
        return { ...filter, of: filter.of.map(moved) };
      case "difference":
        return { ...filter, of: moved(filter.of), without: moved(filter.without) };
      default:
        return filter;
    }
  };
  return sourceExpression({ ...source, filter: moved(source.filter) });
}

/** Of the whole directory where the source has nothing of it, since its other files will be missed next. */
function patternFor(path: string, kept: ReadonlySet<string>): string {
  const directory = path.endsWith("/") ? path.slice(0, -1) : parentOf(path);
  const isWhole = directory !== "" && ![...kept].some((file) => file.startsWith(`${directory}/`));
  return isWhole ? `${literally(directory)}/**` : literally(path);
}

function literally(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@|$^]/g, "\\$&");
}

/** The source with more files, written in the shortest way. */
function sourceIncluding(source: Source, patterns: readonly string[]): Source {
  const { filter } = source;
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

/**
 * A source as one would write it in `gantry.config.ts`. A user's function is shown as `…`.
 *
 * @example
 * sourceExpression({ type: "source", root: ".", filter: { kind: "cargo" } }) // 'crane.cleanCargoSource(".")'
 */
function sourceExpression({ root, filter }: Source): string {
  const show = (each: Filter): string => sourceExpression({ type: "source", root, filter: each });
  switch (filter.kind) {
    case "everything":
    case "automatic":
      return `fileset.${filter.kind}(${root === "." ? "" : JSON.stringify(root)})`;
    case "cargo":
      return `crane.cleanCargoSource(${JSON.stringify(root)})`;
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

function list(patterns: readonly string[]): string {
  return patterns.map((pattern) => JSON.stringify(pattern)).join(", ");
}
