import type { Vendor } from "../../derivation/vendor.ts";
import type { LibContext } from "../libContext.ts";
import { lockOfParsed } from "./lockArgs.ts";
import type { LockEntry } from "./lockEntry.ts";
import type { Overrides } from "./overrides.ts";
import { vendorOf, wholeProject } from "./vendorOf.ts";

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
