import type { Source } from "../../derivation/source.ts";
import type { Vendor } from "../../derivation/vendor.ts";
import type { LibContext } from "../libContext.ts";
import { type SourceRootArgs, withSourceRoot } from "../sourceRoot.ts";
import { type LockArgs, withLock } from "./lockArgs.ts";
import type { Overrides } from "./overrides.ts";
import { vendorOf, wholeProject } from "./vendorOf.ts";

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
