import { posix } from "node:path";
import { stringify } from "smol-toml";
import * as v from "valibot";
import type { LockFile, Run, Source } from "../../derivation/model.ts";
import type { LockEntry } from "./lockEntry.ts";
import type { Schema } from "./refuse.ts";

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

/** A lock in place of the source's own. The first that is given counts. */
export type LockArgs = {
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
  readonly package: readonly (LockEntry | { readonly name: string; readonly version: string })[];
};

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

/** A lock from what it says. Version 4 percent-encodes the names of branches and tags, as `LockEntry` does. */
export function lockOfParsed(parsed: ParsedLock): LockFile {
  return { text: stringify({ version: 4, ...parsed }) };
}

/**
 * What runs before or after a phase: shell text, or commands as argument lists.
 *
 * @example
 * postInstall: "install -Dm644 app.service $out/lib/systemd/system/app.service",
 * preBuild: [["sqlite3", "schema.db", ".read schema.sql"]],
 */
export type Hook = string | readonly (readonly [string, ...string[]])[];

/** The runs of a hook; none where it is absent. Shell text stops at the first command that fails. */
export function hookRuns(name: string, hook: Hook | undefined): Run[] {
  if (hook === undefined) return [];
  if (typeof hook === "string") return [{ type: "run", name, argv: ["/bin/sh", "-euc", hook] }];
  return hook.map((argv) => ({ type: "run", name, argv }));
}

export const words = v.array(v.string());
export const hookSchema = v.union([v.string(), v.array(words)]);

export const sourceSchema = v.looseObject(
  { type: v.literal("source"), root: v.string() },
  'a source such as `crane.cleanCargoSource(".")`',
);

export const sourceRootSchema = {
  sourceRoot: v.optional(v.pipe(v.string(), v.check(isInSource, "a directory within `src`"))),
} satisfies Schema<SourceRootArgs>;

function isInSource(path: string): boolean {
  return !posix.isAbsolute(path) && path !== "" && !/^\.\.(\/|$)/.test(posix.normalize(path));
}

export const parsedLockSchema = v.looseObject({
  package: v.array(v.looseObject({ name: v.string(), version: v.string() })),
});

export const lockSchema = {
  cargoLock: v.optional(v.string()),
  cargoLockContents: v.optional(v.string()),
  cargoLockParsed: v.optional(parsedLockSchema),
} satisfies Schema<LockArgs>;
