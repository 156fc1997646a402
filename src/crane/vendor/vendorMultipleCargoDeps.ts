import type { LockFile } from "../../derivation/source.ts";
import type { Vendor } from "../../derivation/vendor.ts";
import type { LibContext } from "../libContext.ts";
import { lockOfParsed, type ParsedLock } from "./lockArgs.ts";
import type { Overrides } from "./overrides.ts";
import { vendorOf, wholeProject } from "./vendorOf.ts";

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
