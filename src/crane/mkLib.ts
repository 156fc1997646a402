// crane: the functions that a configuration calls. Data goes in, derivations come out.

import type {
  CrateRegistry,
  CrateTree,
  Derivation,
  DummySource,
  GitTree,
  Source,
  ToolchainRequest,
  Vendor,
} from "../derivation/model.ts";
import {
  checkArguments,
  cleanCargoSource,
  filterCargoSources,
  onlyKnown,
  type Schema,
  type SourceRootArgs,
  sourceOf,
} from "./arguments/arguments.ts";
import type { CrateName, LibContext, LockEntry } from "./arguments/libContext.ts";
import { type BuildDepsOnlyArgs, buildDepsOnly, buildDepsOnlySchema, mkDummySrc } from "./buildDepsOnly.ts";
import { type BuildPackageArgs, buildPackage, buildPackageSchema } from "./buildPackage.ts";
import { type CargoDocArgs, cargoDoc, cargoDocSchema } from "./cargoDoc.ts";
import {
  type CargoClippyArgs,
  type CargoFmtArgs,
  type CargoTestArgs,
  cargoBuild,
  cargoClippy,
  cargoClippySchema,
  cargoFmt,
  cargoFmtSchema,
  cargoTest,
  cargoTestSchema,
} from "./checks.ts";
import {
  type CargoArgs,
  type CargoArtifacts,
  cargoSchema,
  type MkCargoDerivationArgs,
  mkCargoDerivation,
  mkCargoDerivationSchema,
  resolveArgs,
} from "./mkCargoDerivation.ts";
import {
  type DownloadCargoPackageFromGitArgs,
  downloadCargoPackage,
  downloadCargoPackageFromGit,
} from "./vendor/inputs.ts";
import { registryFromDownloadUrl, registryFromGitIndex, registryFromSparse } from "./vendor/registries.ts";
import {
  type LockPackagesArgs,
  lockPackages,
  type VendorCargoDepsArgs,
  type VendorCargoRegistriesArgs,
  type VendorGitDepsArgs,
  type VendorMultipleCargoDepsArgs,
  vendorCargoDeps,
  vendorCargoDepsSchema,
  vendorCargoRegistries,
  vendorCargoRegistriesSchema,
  vendorGitDeps,
  vendorGitDepsSchema,
  vendorMultipleCargoDeps,
  vendorMultipleCargoDepsSchema,
} from "./vendor/vendorCargoDeps.ts";

/** Crane's functions, bound to one toolchain: what a configuration calls `crane`. */
export type Lib = {
  /**
   * The same functions, which download crates of these registries without asking Cargo.
   *
   * @example
   * const lib = crane.appendCrateRegistries([
   *   crane.registryFromSparse({ indexUrl: "https://crates.example.org/index/" }),
   * ]);
   */
  readonly appendCrateRegistries: (registries: readonly CrateRegistry[]) => Lib;
  /**
   * The same functions with another toolchain.
   *
   * @example
   * const lib = crane.overrideToolchain(toolchains.nightly("2026-05-15", { components: ["rust-src"] }));
   */
  readonly overrideToolchain: (toolchain: ToolchainRequest) => Lib;

  readonly buildDepsOnly: (args: BuildDepsOnlyArgs) => CargoArtifacts;
  readonly buildPackage: (args: BuildPackageArgs) => Derivation;
  readonly cargoBuild: (args: CargoArgs) => Derivation;
  readonly cargoClippy: (args: CargoClippyArgs) => Derivation;
  readonly cargoDoc: (args: CargoDocArgs) => Derivation;
  readonly cargoFmt: (args: CargoFmtArgs) => Derivation;
  readonly cargoTest: (args: CargoTestArgs) => Derivation;
  readonly mkCargoDerivation: (args: MkCargoDerivationArgs) => Derivation;

  readonly cleanCargoSource: (root: string) => Source;
  /**
   * Name and version of the source's package; of a workspace without one, its directory's and the workspace's.
   *
   * @throws Refused: those of `LibContext.crateName`
   * @example
   * const { pname, version } = crane.crateNameFromCargoToml({ src });
   */
  readonly crateNameFromCargoToml: (args: SourceRootArgs & { readonly src: Source }) => CrateName;
  readonly filterCargoSources: typeof filterCargoSources;
  readonly mkDummySrc: (args: SourceRootArgs & { readonly src: Source }) => DummySource;

  readonly downloadCargoPackage: (args: Omit<CrateTree, "type">) => CrateTree;
  readonly downloadCargoPackageFromGit: (args: DownloadCargoPackageFromGitArgs) => GitTree;
  readonly lockPackages: (args?: LockPackagesArgs) => readonly LockEntry[];
  readonly registryFromDownloadUrl: typeof registryFromDownloadUrl;
  readonly registryFromGitIndex: typeof registryFromGitIndex;
  readonly registryFromSparse: typeof registryFromSparse;
  readonly vendorCargoDeps: (args: VendorCargoDepsArgs) => Vendor;
  readonly vendorCargoRegistries: (args: VendorCargoRegistriesArgs) => Vendor;
  readonly vendorGitDeps: (args: VendorGitDepsArgs) => Vendor;
  readonly vendorMultipleCargoDeps: (args: VendorMultipleCargoDepsArgs) => Vendor;
};

/**
 * Binds Crane's functions to a context, and has their arguments checked on the way in (Crane's `mkLib`). All are
 * pure: they describe, and neither read nor run anything but what the context reads for them.
 */
export function mkLib(context: LibContext): Lib {
  const bind =
    <Args, Result>(name: string, schema: Schema<Args>, call: (context: LibContext, args: Args) => Result) =>
    (args: Args): Result => {
      checkArguments(name, schema, args);
      return call(context, args);
    };
  const bindCargo = <Args extends CargoArgs, Result>(
    name: string,
    schema: Schema<Args>,
    call: (context: LibContext, args: Args) => Result,
  ) => bind<Args, Result>(name, schema, (_, args) => call(context, resolveArgs(context, args)));
  return onlyKnown("`crane`", {
    appendCrateRegistries: (more) =>
      mkLib({ ...context, registries: [...(context.registries ?? []), ...more] }),
    overrideToolchain: (toolchain) => mkLib({ ...context, toolchain }),

    buildDepsOnly: bindCargo("buildDepsOnly", buildDepsOnlySchema, buildDepsOnly),
    buildPackage: bindCargo("buildPackage", buildPackageSchema, buildPackage),
    cargoBuild: bindCargo("cargoBuild", cargoSchema, cargoBuild),
    cargoClippy: bindCargo("cargoClippy", cargoClippySchema, cargoClippy),
    cargoDoc: bindCargo("cargoDoc", cargoDocSchema, cargoDoc),
    cargoFmt: bind("cargoFmt", cargoFmtSchema, cargoFmt),
    cargoTest: bindCargo("cargoTest", cargoTestSchema, cargoTest),
    mkCargoDerivation: bindCargo("mkCargoDerivation", mkCargoDerivationSchema, mkCargoDerivation),

    cleanCargoSource,
    crateNameFromCargoToml: ({ src, ...args }) => context.crateName(sourceOf(src, args)),
    filterCargoSources,
    mkDummySrc: ({ src, ...args }) => mkDummySrc(sourceOf(src, args)),

    downloadCargoPackage,
    downloadCargoPackageFromGit,
    lockPackages: (args = {}) => lockPackages(context, args),
    registryFromDownloadUrl,
    registryFromGitIndex,
    registryFromSparse,
    vendorCargoDeps: bind("vendorCargoDeps", vendorCargoDepsSchema, vendorCargoDeps),
    vendorCargoRegistries: bind("vendorCargoRegistries", vendorCargoRegistriesSchema, vendorCargoRegistries),
    vendorGitDeps: bind("vendorGitDeps", vendorGitDepsSchema, vendorGitDeps),
    vendorMultipleCargoDeps: bind(
      "vendorMultipleCargoDeps",
      vendorMultipleCargoDepsSchema,
      vendorMultipleCargoDeps,
    ),
  } satisfies Lib);
}
