import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { digestOf, short } from "../base/digest.ts";
import { parentDirectories } from "../base/paths.ts";
import { textOf } from "../tree/files.ts";
import { type TrackedFiles, trackedFiles } from "./trackedFiles.ts";

/** Which files git ignores, seen from one directory of a scan. Paths are relative to the scan's root. */
export type GitRules = {
  /** Equal rules have equal names. */
  readonly id: string;
  /** Whether the path itself matches; its directories were asked about before. A directory ends with `/`. */
  ignores(path: string): boolean;
  /** The pattern that makes git ignore the path or a directory above it. */
  patternFor(path: string): string | undefined;
  /** These rules and those of the `.gitignore` in `directory` (`""` for the root), which come after them. */
  below(directory: string, gitignore: string): GitRules;
  /** These rules in `directory` where that is the top of a repository of its own, such as a submodule: what that tracks is not ignored. */
  inRepository(directory: string, absolute: string): GitRules;
};

/**
 * The rules that hold in `directory` before its own `.gitignore` is read: `.git/info/exclude` and the
 * `.gitignore` files of the directories above it, up to the top of the repository. Where there is no
 * repository, or where it ignores `directory` itself (a fixture under `target/`, say), there are none.
 *
 * The user's global excludes are left out: a build must not depend on who runs it. What is tracked is not ignored, as for
 * git itself.
 *
 * Source: `gitignore(5)` and `gitrepository-layout(5)` of git 2.39.
 */
export function gitRules(directory: string): GitRules {
  const none = rulesOf([], { prefix: "" });
  const top = topOfRepository(directory);
  if (top === undefined) return none;
  const tracked = trackedFiles(...gitDirectories(top));
  const inside = relative(top, directory).split(sep).join("/");
  let rules = rulesOf(anchor("", read(join(gitDirectories(top)[1], "info", "exclude"))), {
    prefix: "",
    tracked,
  });
  if (inside === "") return rules;
  let path = "";
  for (const name of inside.split("/")) {
    rules = rulesOf([...rules.patterns, ...anchor(path, read(join(top, path, ".gitignore")))], {
      prefix: "",
      tracked,
    });
    path = path === "" ? name : `${path}/${name}`;
    if (rules.ignores(`${path}/`)) return none;
  }
  return rulesOf(rules.patterns, { prefix: `${inside}/`, tracked });
}

/** Nothing is ignored, whatever `.gitignore` files say. */
export const noRules: GitRules = {
  id: "none",
  ignores: () => false,
  patternFor: () => undefined,
  below: () => noRules,
  inRepository: () => noRules,
};

type Pattern = { readonly pattern: string; readonly mark: string };

type Scope = {
  /** Leads from the top of the repository to the root of the scan. */
  readonly prefix: string;
  readonly tracked?: TrackedFiles;
  /** What the repositories in it track, each below a directory, which ends with `/`. */
  readonly nested?: readonly { readonly below: string; readonly tracked: TrackedFiles }[];
};

function rulesOf(
  patterns: readonly Pattern[],
  scope: Scope,
): GitRules & { readonly patterns: readonly Pattern[] } {
  const { prefix, tracked, nested = [] } = scope;
  const isTracked = (path: string): boolean =>
    tracked?.has(path) === true ||
    nested.some((each) => path.startsWith(each.below) && each.tracked.has(path.slice(each.below.length)));
  let compiled: Ignore | undefined;
  const rules = (): Ignore => {
    compiled ??= ignore({ ignorecase: false }).add(patterns);
    return compiled;
  };
  return {
    patterns,
    // A listing that was remembered by former rules is not taken: they knew no repository but the outermost.
    id: short(
      digestOf(
        JSON.stringify([
          2,
          prefix,
          patterns,
          tracked?.id ?? "",
          nested.map(({ below, tracked: { id } }) => [below, id]),
        ]),
      ),
    ),
    ignores: (path) => patterns.length > 0 && rules().ignores(prefix + path) && !isTracked(prefix + path),
    patternFor: (path) => rules().test(prefix + path).rule?.mark,
    below: (directory, gitignore) => rulesOf([...patterns, ...anchor(prefix + directory, gitignore)], scope),
    inRepository(directory, absolute) {
      if (!isTop(absolute)) return rulesOf(patterns, scope);
      const own = { below: `${prefix}${directory}/`, tracked: trackedFiles(...gitDirectories(absolute)) };
      return rulesOf(patterns, { ...scope, nested: [...nested, own] });
    },
  };
}

/**
 * Patterns of a nested `.gitignore`, as the same patterns of one at the top. In one list, the last match
 * decides, also between files, as git has it.
 */
function anchor(directory: string, gitignore: string): Pattern[] {
  const lines = gitignore.replace(/^\ufeff/, "").split(/\r?\n/);
  const wanted = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const base = directory.replace(/\/$/, "").replace(/[\\*?[\]!#\s]/g, "\\$&");
  if (base === "") return wanted.map((line) => ({ pattern: line, mark: line.trim() }));
  return wanted.map((line) => {
    const negated = line.startsWith("!");
    const pattern = negated ? line.slice(1) : line;
    const anchored = /\/\s*[^\s/]/.test(pattern) ? pattern.replace(/^\//, "") : `**/${pattern}`;
    return { pattern: `${negated ? "!" : ""}/${base}/${anchored}`, mark: line.trim() };
  });
}

function topOfRepository(directory: string): string | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (isTop(at)) return at;
    if (dirname(at) === at) return undefined;
  }
}

function isTop(directory: string): boolean {
  const place = join(directory, ".git");
  return read(join(place, "HEAD")) !== "" || read(place).startsWith("gitdir:");
}

/**
 * A repository's own directory and the one that its worktrees share. A worktree's `.git` is a file that points to its own
 * directory, whose `commondir` points to the shared one.
 */
function gitDirectories(top: string): [own: string, common: string] {
  const pointer = /^gitdir:\s*(.+?)\s*$/m.exec(read(join(top, ".git")))?.[1];
  const place = join(top, ".git");
  if (pointer === undefined) return [place, place];
  const own = isAbsolute(pointer) ? pointer : resolve(top, pointer);
  const common = read(join(own, "commondir")).trim();
  return [own, common === "" ? own : resolve(own, common)];
}

/** Absent and unreadable files have no rules, as git treats them. */
function read(file: string): string {
  return textOf(file) ?? "";
}

/**
 * The rules that decide whether git ignores a path of a source: those of the directories above it, down to
 * the first that is ignored itself, since git reads none below.
 *
 * @param path relative to `root`, with `/`; a directory's may end with one
 */
function rulesAt(root: string, path: string): GitRules {
  let rules = gitRules(root).below("", textOf(`${root}/.gitignore`) ?? "");
  const names = path.split("/").slice(0, path.endsWith("/") ? -2 : -1);
  for (let length = 1; length <= names.length; length++) {
    const directory = names.slice(0, length).join("/");
    if (rules.ignores(`${directory}/`)) break;
    rules = rules.below(directory, textOf(`${root}/${directory}/.gitignore`) ?? "");
    if (existsSync(`${root}/${directory}/.git`))
      rules = rules.inRepository(directory, `${root}/${directory}`);
  }
  return rules;
}

/**
 * The pattern that makes git ignore a path of a source, as it stands in its `.gitignore`; undefined if git
 * does not ignore it. A directory's path ends with `/`.
 */
export function ignoringPattern(root: string, path: string): string | undefined {
  return rulesAt(root, path).patternFor(path);
}

/**
 * Whether git ignores a file, by the rules that decide what a source holds (`gitRules`): so without the
 * user's global excludes. Outside of a repository nothing is ignored.
 *
 * @param file absolute; a directory ends with `/`
 */
export function isIgnoredByGit(file: string): boolean {
  const top = repositoryOf(file);
  if (top === undefined) return false;
  const inside = relative(top, file).split(sep).join("/");
  // No rule of a repository is about its top.
  if (inside === "") return false;
  const path = `${inside}${file.endsWith("/") ? "/" : ""}`;
  return rulesAt(top, path).ignores(path);
}

/**
 * Whether git tracks a file: it is in the index, if not in a commit yet. Outside of a repository nothing is.
 *
 * @param file absolute
 */
export function isTrackedByGit(file: string): boolean {
  const top = repositoryOf(file);
  if (top === undefined) return false;
  return trackedFiles(...gitDirectories(top)).has(relative(top, file).split(sep).join("/"));
}

/** The top of the git repository, or of the worktree, that a path lies in; undefined outside of all. */
export function repositoryOf(path: string): string | undefined {
  return parentDirectories(path).find((directory) => existsSync(join(directory, ".git")));
}
