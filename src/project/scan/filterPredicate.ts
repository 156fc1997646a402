import picomatch from "picomatch";
import { unreachable } from "../../base/narrowing.ts";
import { parentOf } from "../../base/paths.ts";
import { isReadByCargo } from "../../crane/arguments/sources.ts";
import type { FileType, Filter } from "../../derivation/model.ts";

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

/**
 * Which paths match one of the patterns. A pattern whose last name has no wildcard names a file, or a
 * directory and all below it. Hidden files match like any other.
 *
 * For a directory the answer is whether something below it may match, so that a scan need not look elsewhere.
 *
 * @example
 * globsPredicate(["migrations/**", "proto"])("proto/a/b.proto", "file") // true
 */
function globsPredicate(patterns: readonly string[]): Keeps {
  const globs = patterns.map(readGlob);
  return (path, type) =>
    type === "directory"
      ? globs.some((glob) => mayHold(glob, path))
      : globs.some((glob) => glob.matches(path));
}

type Glob = {
  readonly matches: (path: string) => boolean;
  /** The directory that holds all matches; `""` where that is not known. */
  readonly base: string;
};

function readGlob(pattern: string): Glob {
  const plain = pattern.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  const scanned = picomatch.scan(plain);
  const isDirectory = !/[*?[\]{}()!\\]/.test(plain.slice(plain.lastIndexOf("/") + 1));
  const wild = picomatch(isDirectory ? [plain, `${plain}/**`] : plain, { dot: true });
  if (scanned.negated) return { matches: wild, base: "" };
  if (scanned.isGlob || plain.includes("\\")) return { matches: wild, base: scanned.base };
  if (plain === "" || plain === ".") return { matches: () => true, base: "" };
  return { matches: (path) => path === plain || path.startsWith(`${plain}/`), base: plain };
}

function mayHold({ base }: Glob, directory: string): boolean {
  if (base === "" || base === directory || directory === "") return true;
  return base.startsWith(`${directory}/`) || directory.startsWith(`${base}/`);
}

/**
 * A user's function of path and type. As with Crane's filters, nothing below a directory that it refuses is
 * kept, whatever it says of the files there; each directory is asked about once.
 *
 * What the function throws goes to `failed`, and the path is not kept.
 */
function wherePredicate(
  keep: (path: string, type: FileType) => boolean,
  failed: (path: string, thrown: unknown) => void,
): Keeps {
  const ask = (path: string, type: FileType): boolean => {
    try {
      return keep(path, type);
    } catch (thrown) {
      failed(path, thrown);
      return false;
    }
  };
  const asked = new Map<string, boolean>([["", true]]);
  const enters = (directory: string): boolean => {
    const known = asked.get(directory);
    if (known !== undefined) return known;
    const answer = enters(parentOf(directory)) && ask(directory, "directory");
    asked.set(directory, answer);
    return answer;
  };
  return (path, type) => (type === "directory" ? enters(path) : enters(parentOf(path)) && ask(path, type));
}

/** Whether `automatic` is part of a filter, so that which files it keeps depends on what the code names. */
export function usesMentions(filter: Filter): boolean {
  switch (filter.kind) {
    case "automatic":
      return true;
    case "union":
    case "intersection":
      return filter.of.some(usesMentions);
    case "difference":
      return usesMentions(filter.of) || usesMentions(filter.without);
    default:
      return false;
  }
}

/**
 * Whether a file's name says that no build reads it: documentation, licences, CI, editors, Nix, containers.
 *
 * What a build script might read is kept (a `Makefile`, `docs/` of a package below the root, whose templates
 * may lie there), and so is whatever Cargo itself reads. A file named here that the code does read is found
 * by `mentionsIn`. Changing this list changes what `mentionsIn` remembers, so raise the version of
 * `scan` in `store/kinds/sources.ts`.
 *
 * @example
 * isReadByNoBuild("crates/a/README.md") // true
 */
export function isReadByNoBuild(path: string): boolean {
  // The ledger of `gantry policy`, where it lies by default; Cargo's files end like it.
  if (path === "script-policy.toml") return true;
  if (isReadByCargo(path)) return false;
  const slash = path.lastIndexOf("/");
  const name = slash === -1 ? path : path.slice(slash + 1);
  if (anywhere.test(name) || licence.test(name)) return true;
  if (slash === -1) return atTheRoot.test(name);
  return directoryAtTheRoot.test(path) || directoryAnywhere.test(path);
}

const anywhere =
  /^(?:(?:readme|changelog|changes|history|news|contributing|code_of_conduct|security|authors|contributors|maintainers|governance|license|licence|copying|copyright|notice|patents|unlicense)(?:\.(?:md|markdown|txt|rst|adoc|org|html))?|.*\.(?:md|markdown|nix)|flake\.lock|\.envrc|\.editorconfig|\.ds_store|\.mailmap)$/i;

/** In capitals only: `LICENSE-MIT` is a licence, `license-check.c` may be code. */
const licence = /^(?:LICENSE|LICENCE|COPYING|NOTICE|README|CHANGELOG)-[\w.+-]+$/;

const atTheRoot =
  /^(?:gantry\.config\.ts|gantry\.lock|\.git(?:ignore|attributes|modules|-blame-ignore-revs)|\.gitlab-ci\.ya?ml|\.travis\.yml|\.?appveyor\.yml|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|\.cirrus\.ya?ml|\.drone\.ya?ml|\.woodpecker\.ya?ml|\.?codecov\.ya?ml|\.pre-commit-config\.yaml|setup\.sh|\.?renovate(?:rc)?(?:\.json5?)?|jenkinsfile|\.dockerignore|(?:dockerfile|containerfile)(?:\..+)?|.+\.dockerfile|(?:docker-)?compose(?:\..+)?\.ya?ml|\.?justfile)$/i;

/** Units of systemd as `gantry eject systemd` writes them; the directory may be a package's, too. */
const directoryAtTheRoot = /^(?:(?:docs?|LICENSES)\/|systemd\/[^/]+\.service$)/;

const directoryAnywhere =
  /(?:^|\/)\.(?:github|gitlab|gitea|forgejo|circleci|buildkite|woodpecker|vscode|idea|zed|devcontainer|direnv|husky)\//;
