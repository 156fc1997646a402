import type { Vendor } from "../../derivation/vendor.ts";
import type { LibContext } from "../libContext.ts";
import { lockOfParsed } from "./lockArgs.ts";
import type { LockEntry } from "./lockEntry.ts";
import type { Overrides } from "./overrides.ts";
import { vendorOf, wholeProject } from "./vendorOf.ts";

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
