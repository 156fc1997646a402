import { diagnostic } from "../../base/diagnostic.ts";
import type { LockFile, Source, Vendor, WhatIsVendored } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/world.ts";
import { runsCargo } from "../cargoArgs.ts";
import { type LibContext, type SourceRootArgs, withSourceRoot } from "../libContext.ts";
import { refuse } from "../refuse.ts";
import { type LockArgs, lockOfParsed, type ParsedLock, withLock } from "./lockArgs.ts";
import { isGitEntry, type LockEntry } from "./lockEntry.ts";
import { type Overrides, unusedOverrides, vendorChanges } from "./overrides.ts";

export type VendorCargoDepsArgs = Overrides &
  SourceRootArgs &
  LockArgs & {
    /** What has a `Cargo.lock` at its root, or in its workspace. Default: the project's root. */
    readonly src?: Source;
  };

/**
 * Every crate that a lock names, with overrides (Crane's `vendorCargoDeps`). Pass it as `cargoVendorDir`, or
 * its arguments to any function that runs Cargo.
 *
 * @throws Refused: those of the overrides, `lock-missing`, and those of `parseLock`
 * @example
 * lib.vendorCargoDeps({ src, overrideVendorCargoPackage: (lock, crate) =>
 *   lock.name === "itoa" ? crate.overrideAttrs({ patches: ["patches/itoa.patch"] }) : crate })
 */
export function vendorCargoDeps(context: LibContext, args: VendorCargoDepsArgs): Vendor {
  return vendorOf(context, args, { of: withSourceRoot(withLock(args.src ?? wholeProject, args), args) });
}

const overrides = ["overrideVendorGitCheckout", "overrideVendorCargoPackage"] as const;

/**
 * A function's arguments with what they say of vendoring worked in: the lock and the workspace into the
 * source, and the overrides into `cargoVendorDir`, so that they are asked once and the dependency layer has
 * the same crates.
 *
 * @throws Refused: those of the overrides; `override-without-effect` for one beside a `cargoVendorDir`
 */
export function withVendoring<A>(context: LibContext, args: A): A {
  if (!runsCargo(args)) return args;
  const given = overrides.find((name) => args[name] !== undefined);
  const src = withSourceRoot(withLock(args.src, args), args);
  if (given === undefined) return src === args.src ? args : { ...args, src };
  if (args.cargoVendorDir !== undefined) refuse(withoutEffect(given));
  return { ...args, src, cargoVendorDir: vendorCargoDeps(context, args) };
}

function withoutEffect(name: string) {
  return diagnostic("override-without-effect", `\`${name}\` has no effect beside \`cargoVendorDir\``, {
    help: [`give it to what makes that directory: crane.vendorCargoDeps({ src, ${name} })`],
    status: 2,
  });
}

export type VendorCargoRegistriesArgs = Pick<Overrides, "overrideVendorCargoPackage"> & {
  /** What a lock names; `lib.lockPackages` reads it. Packages from git are left out. */
  readonly lockPackages: readonly LockEntry[];
};

/** The crates of registries, without those from git (Crane's `vendorCargoRegistries`). */
export function vendorCargoRegistries(
  context: LibContext,
  { lockPackages, ...overrides }: VendorCargoRegistriesArgs,
): Vendor {
  const locks = [lockOfParsed({ package: lockPackages })];
  return vendorOf(context, overrides, { of: wholeProject, locks, only: "registries" });
}

export type VendorGitDepsArgs = Pick<Overrides, "overrideVendorGitCheckout"> & {
  /** What a lock names; `lib.lockPackages` reads it. Crates of registries are left out. */
  readonly lockPackages: readonly LockEntry[];
};

/** The packages from git, without the crates of registries (Crane's `vendorGitDeps`). */
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

/**
 * The crates of several locks, each once (Crane's `vendorMultipleCargoDeps`): for `-Z build-std`, which needs
 * those of the standard library besides the project's.
 *
 * @example
 * lib.vendorMultipleCargoDeps({ cargoLockList: ["Cargo.lock"], standardLibrary: true })
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

export const wholeProject: Source = { type: "source", root: ".", filter: { kind: "everything" } };

/**
 * The vendored crates of some locks, with the changes of overrides. The locks are read only if there is an
 * override.
 */
export function vendorOf(context: LibContext, overrides: Overrides, what: WhatIsVendored): Vendor {
  const registries = context.registries ?? [];
  const plain: Vendor = { type: "vendor", ...what, ...(registries.length > 0 && { registries }) };
  if (!overrides.overrideVendorGitCheckout && !overrides.overrideVendorCargoPackage) return plain;
  const entries = entriesOf(context, what);
  const changes = vendorChanges(entries, overrides);
  for (const warning of unusedOverrides(entries, overrides, changes)) context.warn(warning);
  return changes.length === 0 ? plain : { ...plain, changes };
}

function entriesOf(context: LibContext, { of, locks, only }: WhatIsVendored): readonly LockEntry[] {
  const entries = (locks ?? [lockFileOf(of)]).flatMap((lock) => context.lock(lock));
  const unique = new Map(entries.map((entry) => [`${entry.name} ${entry.version} ${entry.source}`, entry]));
  return [...unique.values()].filter((entry) => only === undefined || isGitEntry(entry) === (only === "git"));
}
