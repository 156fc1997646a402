import { existsSync, readFileSync, type Stats } from "node:fs";
import { basename, dirname, relative } from "node:path";
import { type GitRules, gitRules } from "../gitRules.ts";
import { isCacheTag, isNeverSource } from "./walkSource.ts";

/**
 * Says of paths below a directory, absolute and each after the directory that it lies in, whether no scan of a source lists
 * them: what git ignores, and what builds wrote. Its rules are those of the moment when it is made.
 *
 * @returns whether to leave out a path; `stats` may be absent, and then a directory may not be told from a file
 */
export function leftOut(root: string): (path: string, stats?: Stats) => boolean {
  const outermost = gitRules(root);
  const known = new Map<string, GitRules>();
  const rulesIn = (directory: string): GitRules => {
    const before = known.get(directory);
    if (before) return before;
    const outer = directory === "" ? outermost : rulesIn(parentOf(directory));
    const own = readOrNothing(`${root}/${directory}/.gitignore`);
    const within = own === "" ? outer : outer.below(directory, own);
    const isNested = directory !== "" && existsSync(`${root}/${directory}/.git`);
    const rules = isNested ? within.inRepository(directory, `${root}/${directory}`) : within;
    known.set(directory, rules);
    return rules;
  };
  return (absolute, stats) => {
    const path = relative(root, absolute);
    if (path === "" || path.startsWith("..")) return false;
    if (isNeverSource(path, basename(path), typeOf(stats))) return true;
    const rules = rulesIn(parentOf(path));
    if (path !== "Cargo.lock" && rules.ignores(path)) return true;
    return (
      stats?.isDirectory() === true && (rules.ignores(`${path}/`) || isCacheTag(`${absolute}/CACHEDIR.TAG`))
    );
  };
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}

function typeOf(stats: Stats | undefined): "directory" | "symlink" | "file" {
  if (stats?.isDirectory()) return "directory";
  return stats?.isSymbolicLink() ? "symlink" : "file";
}

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
