import { posix } from "node:path";
import { stringify } from "smol-toml";
import * as v from "valibot";
import { diagnostic } from "../../base/diagnostic.ts";
import { parseLock } from "../../cargo/lock/parseLock.ts";
import { reduceLock, writeLock } from "../../cargo/lock/writeLock.ts";
import type {
  DummySource,
  FileType,
  Filter,
  LockFile,
  Source,
  Vendor,
  WhatIsVendored,
} from "../../derivation/model.ts";
import { recorded } from "./calls.ts";
import type { LibContext, LockEntry } from "./libContext.ts";
import { checkArgument, refuse, type Schema } from "./refuse.ts";

/**
 * Sources composed of others, after nixpkgs' `lib.fileset`. All parts of one have the same root.
 *
 * @throws Refused: `fileset-roots`, for parts of different directories
 * @example
 * const src = fileset.union(crane.cleanCargoSource("."), fileset.include("migrations/**", "templates"));
 */
export const fileset = {
  /**
   * Files that match one of the patterns; `**` crosses directories, and a directory's name means all in it.
   */
  include: (...patterns: string[]): Source => sourceAt(".", { kind: "globs", patterns }),
  /** All files that git does not ignore, but those that match. */
  exclude: (...patterns: string[]): Source =>
    sourceAt(".", { kind: "difference", of: { kind: "everything" }, without: { kind: "globs", patterns } }),
  /** Files that are in one of them. */
  union: (...sources: Source[]): Source => combined("union", sources),
  /** Files that are in all of them. */
  intersection: (...sources: Source[]): Source => combined("intersection", sources),
  /** Files that are in the first and not in the second. */
  difference: (of: Source, without: Source): Source =>
    sourceAt(commonRoot([of, without]), { kind: "difference", of: of.filter, without: without.filter }),
  /**
   * What a project without a configuration is built from: all files that git does not ignore, but those that no build
   * reads (documentation, CI, `*.nix`, …); of these, the ones that the code names (`include_str!`).
   */
  automatic: (root = "."): Source => sourceAt(root, { kind: "automatic" }),
  /** All files that git does not ignore. */
  everything: (root = "."): Source => sourceAt(root, { kind: "everything" }),
  /** Files of `root` that the function keeps, as Crane's filters do. */
  where: (keep: (path: string, type: FileType) => boolean, root = "."): Source =>
    sourceAt(
      root,
      recorded<Filter>({ kind: "where", keep }, { verb: "fileset.where", args: { keep, root } }),
    ),
} as const;

/** A source that knows, as its filter does, where it was described. */
export function sourceAt(root: string, filter: Filter): Source {
  const call = { verb: "source", args: { root, filter } };
  return recorded({ type: "source", root, filter: recorded(filter, call) }, call);
}

function combined(kind: "union" | "intersection", sources: readonly Source[]): Source {
  return sourceAt(commonRoot(sources), { kind, of: sources.map((source) => source.filter) });
}

function commonRoot(sources: readonly Source[]): string {
  const roots = [...new Set(sources.map((source) => source.root).filter((root) => root !== "."))];
  if (roots.length <= 1) return roots[0] ?? ".";
  refuse(
    diagnostic("fileset-roots", `sources of different directories cannot be combined: ${roots.join(", ")}`, {
      help: ['take the directory that holds them all as root, and `fileset.include("dir/**")` for each'],
      status: 2,
    }),
  );
}

/**
 * The files of a directory that Cargo itself reads: `*.rs`, `*.toml`, `Cargo.lock`, `.cargo/config` (Crane's
 * `cleanCargoSource`). What the code reads besides is added with `fileset.union`.
 *
 * @param root relative to the project, or absolute
 * @example
 * const src = crane.cleanCargoSource(".");
 */
export function cleanCargoSource(root: string): Source {
  checkArgument("cleanCargoSource", v.string(), root);
  return sourceAt(root, { kind: "cargo" });
}

/**
 * Crane's `filterCargoSources`, to be called from a filter of one's own.
 *
 * @example
 * const src = fileset.where((path, type) => path.endsWith(".sql") || crane.filterCargoSources(path, type));
 */
export function filterCargoSources(path: string, type: FileType): boolean {
  return type === "directory" || isReadByCargo(path);
}

/**
 * Whether Cargo or rustc reads a file because of its name: `*.rs`, `*.toml`, `Cargo.lock`, `.cargo/config`.
 * Called for every file of a source.
 *
 * @example
 * isReadByCargo("src/main.rs") // true
 */
export function isReadByCargo(path: string): boolean {
  if (path.endsWith(".rs") || path.endsWith(".toml")) return true;
  if (path.endsWith("Cargo.lock")) return path.length === 10 || path.charAt(path.length - 11) === "/";
  return path === ".cargo/config" || path.endsWith("/.cargo/config");
}

const sourceWanted = 'a source such as `crane.cleanCargoSource(".")`';

export const sourceSchema = v.looseObject(
  { type: v.literal("source", sourceWanted), root: v.string() },
  sourceWanted,
);

/** A source, or one that `mkDummySrc` reduces. */
export const sourceOrDummySchema = v.looseObject(
  { type: v.picklist(["source", "dummy-source"], sourceWanted) },
  sourceWanted,
);

/** The source itself, also of one that is reduced. */
export function wholeSource(source: Source | DummySource): Source {
  return source.type === "source" ? source : source.of;
}

/** Arguments that say more of a source than the source itself does. */
export type SourceArgs = SourceRootArgs & LockArgs;

/** Where in a source Cargo runs. */
export type SourceRootArgs = {
  /**
   * The directory of `src` that is Cargo's workspace, in which everything runs, such as `rust`. Default: its
   * root.
   */
  readonly sourceRoot?: string;
};

export const sourceRootSchema = {
  sourceRoot: v.optional(v.pipe(v.string(), v.check(isInSource, "a directory within `src`"))),
} satisfies Schema<SourceRootArgs>;

function isInSource(path: string): boolean {
  return !posix.isAbsolute(path) && path !== "" && !/^\.\.(\/|$)/.test(posix.normalize(path));
}

/** A lock in place of the source's own. The first that is given counts. */
type LockArgs = {
  /** A file, relative to the project's root or absolute. */
  readonly cargoLock?: string;
  /** Its text. */
  readonly cargoLockContents?: string;
  /** What its text says. */
  readonly cargoLockParsed?: ParsedLock;
};

/** A `Cargo.lock` as data, with the names that the file has. */
export type ParsedLock = {
  readonly version?: number;
  readonly package: readonly ((LockEntry | { readonly name: string; readonly version: string }) & {
    readonly dependencies?: readonly string[];
  })[];
};

export const parsedLockSchema = v.looseObject({
  package: v.array(v.looseObject({ name: v.string(), version: v.string() })),
});

export const lockSchema = {
  cargoLock: v.optional(v.string()),
  cargoLockContents: v.optional(v.string()),
  cargoLockParsed: v.optional(parsedLockSchema),
} satisfies Schema<LockArgs>;

/**
 * The source with the workspace and the lock that the arguments give; the same object where they give none.
 *
 * @example
 * sourceOf(src, { sourceRoot: "rust", cargoLock: "other.lock" }) // { …, workspace: "rust", cargoLock: { path: "other.lock" } }
 */
export function sourceOf(src: Source, { sourceRoot, ...lockArgs }: SourceArgs): Source {
  const workspace = sourceRoot === undefined ? "." : posix.join(sourceRoot, ".").replace(/\/$/, "");
  const cargoLock = lockOf(lockArgs);
  if (workspace === "." && !cargoLock) return src;
  return { ...src, ...(workspace !== "." && { workspace }), ...(cargoLock && { cargoLock }) };
}

function lockOf({ cargoLock, cargoLockContents, cargoLockParsed }: LockArgs): LockFile | undefined {
  if (cargoLock !== undefined) return { path: cargoLock };
  if (cargoLockContents !== undefined) return { text: cargoLockContents };
  return cargoLockParsed && lockOfParsed(cargoLockParsed);
}

/**
 * A lock from what it says, as Cargo would write it: one that says the same in other words Cargo writes anew, unless it is
 * told `--locked`. Version 4 percent-encodes the names of branches and tags, as `LockEntry` does.
 *
 * @throws Refused: those of `parseLock`
 */
export function lockOfParsed(parsed: ParsedLock): LockFile {
  const lock = parseLock("Cargo.lock", stringify({ version: 4, ...parsed }));
  return lock.ok ? { text: writeLock(reduceLock(lock.value, () => undefined)) } : refuse(lock.error);
}

/** The crates that locks pin, none of them changed. */
export function pinnedCrates({ registries = [] }: LibContext, what: WhatIsVendored): Vendor {
  return { type: "vendor", ...what, ...(registries.length > 0 && { registries }) };
}
