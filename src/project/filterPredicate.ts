import { unreachable } from "../base/unreachable.ts";
import { isReadByCargo } from "../crane/isReadByCargo.ts";
import type { FileType, Filter } from "../derivation/source.ts";
import { globsPredicate } from "./globsPredicate.ts";
import { isReadByNoBuild } from "./isReadByNoBuild.ts";
import { wherePredicate } from "./wherePredicate.ts";

/**
 * Whether a file or symlink is wanted; the answer does not depend on having asked about its directories.
 * Of a directory: whether anything below it may be wanted. Only where that is certainly not so, it is false.
 */
export type Keeps = (path: string, type: FileType) => boolean;

type Hooks = {
  /** Of a file that `automatic` would drop: whether the code names it. Default: none. */
  readonly isMentioned?: (path: string) => boolean;
  /** What a user's `where` function threw. Default: it is thrown on. */
  readonly failed?: (path: string, thrown: unknown) => void;
};

/**
 * A filter as one predicate. On files it obeys the laws of sets: a path is in a union if it is in one of its
 * members, in a difference if it is in the first and not in the second. An empty union keeps nothing, an
 * empty intersection everything.
 *
 * @example
 * filterPredicate({ kind: "cargo" })("src/main.rs", "file") // true
 */
export function filterPredicate(filter: Filter, hooks: Hooks = {}): Keeps {
  switch (filter.kind) {
    case "everything":
      return () => true;
    case "cargo":
      return (path, type) => type === "directory" || isReadByCargo(path);
    case "automatic": {
      const isMentioned = hooks.isMentioned ?? (() => false);
      return (path, type) => type === "directory" || !isReadByNoBuild(path) || isMentioned(path);
    }
    case "globs":
      return globsPredicate(filter.patterns);
    case "where":
      return wherePredicate(filter.keep, hooks.failed ?? rethrow);
    case "union": {
      const members = filter.of.map((member) => filterPredicate(member, hooks));
      return (path, type) => members.some((keeps) => keeps(path, type));
    }
    case "intersection": {
      const members = filter.of.map((member) => filterPredicate(member, hooks));
      return (path, type) => members.every((keeps) => keeps(path, type));
    }
    case "difference": {
      const wanted = filterPredicate(filter.of, hooks);
      const unwanted = filterPredicate(filter.without, hooks);
      return (path, type) => wanted(path, type) && (type === "directory" || !unwanted(path, type));
    }
    default:
      return unreachable(filter);
  }
}

function rethrow(_path: string, thrown: unknown): never {
  throw thrown;
}
