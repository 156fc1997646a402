// crane/vendor: which crates a step has: what locks pin, with what a configuration puts in its place.

import * as v from "valibot";
import type { LockFile, Source, Vendor, WhatIsVendored } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/steps.ts";
import { words } from "../arguments/arguments.ts";
import type { LibContext } from "../arguments/libContext.ts";
import { isGitEntry, type LockEntry } from "../arguments/libContext.ts";
import type { Schema } from "../arguments/refuse.ts";
import {
  lockOfParsed,
  lockSchema,
  type ParsedLock,
  parsedLockSchema,
  pinnedCrates,
  type SourceArgs,
  sourceOf,
  sourceRootSchema,
  sourceSchema,
} from "../arguments/sources.ts";
import { askOverrides, type Overrides, overridesSchema } from "./overrides.ts";

export type VendorCargoDepsArgs = Overrides &
  SourceArgs & {
    /** What has a `Cargo.lock` at its root, or in its workspace. Default: the project's root. */
    readonly src?: Source;
  };

export const lockPackagesSchema = {
  src: v.optional(sourceSchema),
  ...sourceRootSchema,
  ...lockSchema,
} satisfies Schema<LockPackagesArgs>;

export const vendorCargoDepsSchema = {
  ...lockPackagesSchema,
  ...overridesSchema,
} satisfies Schema<VendorCargoDepsArgs>;

/**
 * Every crate that a lock names, with overrides (Crane's `vendorCargoDeps`). Pass it as `cargoVendorDir`, or
 * its arguments to any function that runs Cargo.
 *
 * @throws Refused: `configuration-argument`; where there is an override, those of `askOverrides` and of
 *   `LibContext.lock`
 * @example
 * const cargoVendorDir = crane.vendorCargoDeps({
 *   src,
 *   overrideVendorCargoPackage: (lock, crate) =>
 *     lock.name === "itoa" ? crate.overrideAttrs({ patches: ["patches/itoa.patch"] }) : crate,
 * });
 */
export function vendorCargoDeps(context: LibContext, args: VendorCargoDepsArgs): Vendor {
  return vendorOf(context, args, { of: sourceOf(args.src ?? wholeProject, args) });
}

export type LockPackagesArgs = SourceArgs & {
  /** What has a `Cargo.lock` at its root, or in its workspace. Default: the project's root. */
  readonly src?: Source;
};

/**
 * What a lock takes from registries and git, for `vendorCargoRegistries` and `vendorGitDeps`.
 *
 * @throws Refused: those of `LibContext.lock`
 * @example
 * const lockPackages = crane.lockPackages({ src }).filter(({ name }) => name !== "windows-sys");
 */
export function lockPackages(context: LibContext, args: LockPackagesArgs): readonly LockEntry[] {
  return context.lock(lockFileOf(sourceOf(args.src ?? wholeProject, args)));
}

export type VendorCargoRegistriesArgs = Pick<Overrides, "overrideVendorCargoPackage"> & {
  /** What a lock names; `crane.lockPackages` reads it. Packages from git are left out. */
  readonly lockPackages: readonly LockEntry[];
};

const entriesSchema = v.array(v.looseObject({ name: v.string(), version: v.string(), source: v.string() }));

export const vendorCargoRegistriesSchema = {
  lockPackages: entriesSchema,
  overrideVendorCargoPackage: overridesSchema.overrideVendorCargoPackage,
} satisfies Schema<VendorCargoRegistriesArgs>;

/**
 * The crates of registries, without those from git (Crane's `vendorCargoRegistries`).
 *
 * @throws Refused: `configuration-argument`, and those of the override
 * @example
 * const cargoVendorDir = crane.vendorCargoRegistries({ lockPackages: crane.lockPackages({ src }) });
 */
export function vendorCargoRegistries(
  context: LibContext,
  { lockPackages, ...overrides }: VendorCargoRegistriesArgs,
): Vendor {
  const locks = [lockOfParsed({ package: lockPackages })];
  return vendorOf(context, overrides, { of: wholeProject, locks, only: "registries" });
}

export type VendorGitDepsArgs = Pick<Overrides, "overrideVendorGitCheckout"> & {
  /** What a lock names; `crane.lockPackages` reads it. Crates of registries are left out. */
  readonly lockPackages: readonly LockEntry[];
};

export const vendorGitDepsSchema = {
  lockPackages: entriesSchema,
  overrideVendorGitCheckout: overridesSchema.overrideVendorGitCheckout,
} satisfies Schema<VendorGitDepsArgs>;

/**
 * The packages from git, without the crates of registries (Crane's `vendorGitDeps`).
 *
 * @throws Refused: `configuration-argument`, and those of the override
 * @example
 * const cargoVendorDir = crane.vendorGitDeps({ lockPackages: crane.lockPackages({ src }) });
 */
export function vendorGitDeps(
  context: LibContext,
  { lockPackages, ...overrides }: VendorGitDepsArgs,
): Vendor {
  const locks = [lockOfParsed({ package: lockPackages })];
  return vendorOf(context, overrides, { of: wholeProject, locks, only: "git" });
}

export type VendorMultipleCargoDepsArgs = Overrides & {
  /** Files, relative to the project's root or absolute. Default: none. */
  readonly cargoLockList?: readonly string[];
  /** Texts. Default: none. */
  readonly cargoLockContentsList?: readonly string[];
  /** Locks as data. Default: none. */
  readonly cargoLockParsedList?: readonly ParsedLock[];
  /** Also the lock of the toolchain's standard library (component `rust-src`). Default: `false`. */
  readonly standardLibrary?: boolean;
};

export const vendorMultipleCargoDepsSchema = {
  cargoLockList: v.optional(words),
  cargoLockContentsList: v.optional(words),
  cargoLockParsedList: v.optional(v.array(parsedLockSchema)),
  standardLibrary: v.optional(v.boolean()),
  ...overridesSchema,
} satisfies Schema<VendorMultipleCargoDepsArgs>;

/**
 * The crates of several locks, each once (Crane's `vendorMultipleCargoDeps`): for `-Z build-std`, which needs
 * those of the standard library besides the project's.
 *
 * @throws Refused: `configuration-argument`; where there is an override, those of `askOverrides` and of
 *   `LibContext.lock`
 * @example
 * const cargoVendorDir = crane.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"], standardLibrary: true });
 */
export function vendorMultipleCargoDeps(context: LibContext, args: VendorMultipleCargoDepsArgs): Vendor {
  const locks: LockFile[] = [
    ...(args.cargoLockList ?? []).map((path) => ({ path })),
    ...(args.cargoLockContentsList ?? []).map((text) => ({ text })),
    ...(args.cargoLockParsedList ?? []).map(lockOfParsed),
    ...(args.standardLibrary ? [{ toolchain: context.toolchain }] : []),
  ];
  return vendorOf(context, args, { of: wholeProject, locks });
}

const wholeProject: Source = { type: "source", root: ".", filter: { kind: "everything" } };

/**
 * The vendored crates of some locks, with the changes of overrides. The locks are read only if there is an
 * override.
 *
 * @throws Refused: where there is an override, those of `askOverrides` and of `LibContext.lock`
 */
function vendorOf(context: LibContext, overrides: Overrides, what: WhatIsVendored): Vendor {
  const pinned = pinnedCrates(context, what);
  if (!overrides.overrideVendorGitCheckout && !overrides.overrideVendorCargoPackage) return pinned;
  const { changes, warnings } = askOverrides(entriesOf(context, what), overrides);
  for (const warning of warnings) context.warn(warning);
  return changes.length === 0 ? pinned : { ...pinned, changes };
}

function entriesOf(context: LibContext, { of, locks, only }: WhatIsVendored): readonly LockEntry[] {
  const entries = (locks ?? [lockFileOf(of)]).flatMap((lock) => context.lock(lock));
  const unique = new Map(entries.map((entry) => [`${entry.name} ${entry.version} ${entry.source}`, entry]));
  return [...unique.values()].filter((entry) => only === undefined || isGitEntry(entry) === (only === "git"));
}
