import { lockFileOf } from "../../derivation/lockFileOf.ts";
import type { Source } from "../../derivation/source.ts";
import type { CrateTree, GitTree } from "../../derivation/tree.ts";
import type { Vendor } from "../../derivation/vendor.ts";
import { checked } from "../checked.ts";
import type { LibContext } from "../libContext.ts";
import { registryFromDownloadUrl } from "../registries/registryFromDownloadUrl.ts";
import { registryFromGitIndex } from "../registries/registryFromGitIndex.ts";
import { registryFromSparse } from "../registries/registryFromSparse.ts";
import { type SourceRootArgs, withSourceRoot } from "../sourceRoot.ts";
import { downloadCargoPackage } from "./downloadCargoPackage.ts";
import {
  type DownloadCargoPackageFromGitArgs,
  downloadCargoPackageFromGit,
} from "./downloadCargoPackageFromGit.ts";
import { type LockArgs, withLock } from "./lockArgs.ts";
import type { LockEntry } from "./lockEntry.ts";
import { type VendorCargoDepsArgs, vendorCargoDeps } from "./vendorCargoDeps.ts";
import { type VendorCargoRegistriesArgs, vendorCargoRegistries } from "./vendorCargoRegistries.ts";
import { type VendorGitDepsArgs, vendorGitDeps } from "./vendorGitDeps.ts";
import { type VendorMultipleCargoDepsArgs, vendorMultipleCargoDeps } from "./vendorMultipleCargoDeps.ts";
import { wholeProject } from "./vendorOf.ts";

/** Crane's functions about where crates come from. */
export type VendorLib = {
  readonly downloadCargoPackage: (args: Omit<CrateTree, "type">) => CrateTree;
  readonly downloadCargoPackageFromGit: (args: DownloadCargoPackageFromGitArgs) => GitTree;
  /** What a lock takes from registries and git, for `vendorCargoRegistries` and `vendorGitDeps`. */
  readonly lockPackages: (
    args?: LockArgs & SourceRootArgs & { readonly src?: Source },
  ) => readonly LockEntry[];
  readonly registryFromDownloadUrl: typeof registryFromDownloadUrl;
  readonly registryFromGitIndex: typeof registryFromGitIndex;
  readonly registryFromSparse: typeof registryFromSparse;
  readonly vendorCargoDeps: (args: VendorCargoDepsArgs) => Vendor;
  readonly vendorCargoRegistries: (args: VendorCargoRegistriesArgs) => Vendor;
  readonly vendorGitDeps: (args: VendorGitDepsArgs) => Vendor;
  readonly vendorMultipleCargoDeps: (args: VendorMultipleCargoDepsArgs) => Vendor;
};

/** Binds them to a context. */
export function vendorLib(context: LibContext): VendorLib {
  return {
    downloadCargoPackage,
    downloadCargoPackageFromGit,
    lockPackages: (args = {}) =>
      context.lock(lockFileOf(withSourceRoot(withLock(args.src ?? wholeProject, args), args))),
    registryFromDownloadUrl,
    registryFromGitIndex,
    registryFromSparse,
    vendorCargoDeps: checked("vendorCargoDeps", context, vendorCargoDeps),
    vendorCargoRegistries: checked("vendorCargoRegistries", context, vendorCargoRegistries),
    vendorGitDeps: checked("vendorGitDeps", context, vendorGitDeps),
    vendorMultipleCargoDeps: checked("vendorMultipleCargoDeps", context, vendorMultipleCargoDeps),
  };
}
