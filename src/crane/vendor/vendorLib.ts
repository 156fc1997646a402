import type { CrateTree, GitTree, Source, Vendor } from "../../derivation/model.ts";
import { lockFileOf } from "../../derivation/world.ts";
import { checked } from "../checkArguments.ts";
import { git as gitInput } from "../inputs/inputs.ts";
import { type LibContext, type SourceRootArgs, withSourceRoot } from "../libContext.ts";
import {
  registryFromDownloadUrl,
  registryFromGitIndex,
  registryFromSparse,
} from "../registries/registries.ts";
import { type LockArgs, withLock } from "./lockArgs.ts";
import type { LockEntry } from "./lockEntry.ts";
import {
  type VendorCargoDepsArgs,
  type VendorCargoRegistriesArgs,
  type VendorGitDepsArgs,
  type VendorMultipleCargoDepsArgs,
  vendorCargoDeps,
  vendorCargoRegistries,
  vendorGitDeps,
  vendorMultipleCargoDeps,
  wholeProject,
} from "./vendorCargoDeps.ts";

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

/**
 * A crate of a registry as it was published, verified by its checksum (Crane's `downloadCargoPackage`): the
 * `src` of an override that takes another version's files, or an input of a step.
 *
 * @example
 * crate.overrideAttrs({ src: lib.downloadCargoPackage({ name, version, source, checksum }) })
 */
function downloadCargoPackage(args: Omit<CrateTree, "type">): CrateTree {
  const { name, version, source, checksum } = args;
  return { type: "crate", name, version, source, checksum };
}

type DownloadCargoPackageFromGitArgs = {
  /** The repository's URL. */
  readonly git: string;
  /** The whole commit. */
  readonly rev: string;
  /** `refs/heads/<branch>` or `refs/tags/<tag>`, which leads to it. Default: none is needed. */
  readonly ref?: string;
};

/**
 * A repository at one commit (Crane's `downloadCargoPackageFromGit`), for the `src` of an override. Which
 * packages of it are vendored, the lock says.
 */
function downloadCargoPackageFromGit(args: DownloadCargoPackageFromGitArgs): GitTree {
  const { git: url, rev, ref } = args;
  const branch = ref?.match(/^refs\/heads\/(.+)$/)?.[1];
  const tag = ref?.match(/^refs\/tags\/(.+)$/)?.[1];
  return gitInput({ url, rev, ...(branch !== undefined && { branch }), ...(tag !== undefined && { tag }) });
}
