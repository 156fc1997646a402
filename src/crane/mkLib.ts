// crane: the functions that a configuration calls. Data goes in, derivations come out.

import * as v from "valibot";
import type { HooksCheck } from "../derivation/commitHooks.ts";
import type { DevShell } from "../derivation/devShell.ts";
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
import type { Service } from "../derivation/service.ts";
import { words } from "./arguments/arguments.ts";
import { recorded } from "./arguments/calls.ts";
import type { CrateName, LibContext, LockEntry } from "./arguments/libContext.ts";
import { checkArgument, checkArguments, onlyKnown, type Schema } from "./arguments/refuse.ts";
import {
  cleanCargoSource,
  filterCargoSources,
  type SourceRootArgs,
  sourceOf,
  sourceOrDummySchema,
  sourceRootSchema,
  wholeSource,
} from "./arguments/sources.ts";
import { type PreCommitArgs, preCommit, preCommitSchema } from "./hooks/preCommit.ts";
import { type CrossToolchain, mkCrossToolchainEnv } from "./tools/crossToolchain.ts";
import { profileSchema } from "./tools/toolchains.ts";
import {
  type DownloadCargoPackageFromGitArgs,
  downloadCargoPackage,
  downloadCargoPackageFromGit,
  downloadCargoPackageFromGitSchema,
  downloadCargoPackageSchema,
} from "./vendor/inputs.ts";
import {
  registriesSchema,
  registryFromDownloadUrl,
  registryFromDownloadUrlSchema,
  registryFromGitIndex,
  registryFromGitIndexSchema,
  registryFromSparse,
  registryFromSparseSchema,
} from "./vendor/registries.ts";
import {
  type LockPackagesArgs,
  lockPackages,
  lockPackagesSchema,
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
import {
  buildDepsOnly,
  buildDepsOnlySchema,
  type GivenDepsArgs,
  type MkDummySrcArgs,
  mkDummySrc,
  mkDummySrcSchema,
  withSource,
} from "./verbs/buildDepsOnly.ts";
import { type BuildPackageArgs, buildPackage, buildPackageSchema } from "./verbs/buildPackage.ts";
import {
  type BuildTrunkPackageArgs,
  buildTrunkPackage,
  buildTrunkPackageSchema,
} from "./verbs/buildTrunkPackage.ts";
import {
  type CargoClippyArgs,
  type CargoDocArgs,
  type CargoDocTestArgs,
  type CargoFmtArgs,
  type CargoTestArgs,
  cargoBuild,
  cargoClippy,
  cargoClippySchema,
  cargoDoc,
  cargoDocSchema,
  cargoDocTest,
  cargoDocTestSchema,
  cargoFmt,
  cargoFmtSchema,
  cargoHakari,
  cargoTest,
  cargoTestSchema,
  type TaploFmtArgs,
  taploFmt,
  taploFmtSchema,
} from "./verbs/checks.ts";
import {
  type CargoLlvmCovArgs,
  type CargoTarpaulinArgs,
  cargoLlvmCov,
  cargoLlvmCovSchema,
  cargoTarpaulin,
  cargoTarpaulinSchema,
} from "./verbs/coverage.ts";
import { type DevShellArgs, devShell, devShellSchema } from "./verbs/devShell.ts";
import {
  type CargoAuditArgs,
  type CargoDenyArgs,
  type CooldownArgs,
  cargoAudit,
  cargoAuditSchema,
  cargoDeny,
  cargoDenySchema,
  cooldown,
  cooldownSchema,
  type ScriptPolicyArgs,
  scriptPolicy,
  scriptPolicySchema,
} from "./verbs/lockChecks.ts";
import {
  type CargoArgs,
  type CargoArtifacts,
  cargoSchema,
  type MkCargoDerivationArgs,
  mkCargoDerivation,
  mkCargoDerivationSchema,
  resolveArgs,
} from "./verbs/mkCargoDerivation.ts";
import { type CargoNextestArgs, cargoNextest, cargoNextestSchema } from "./verbs/nextest.ts";
import { type OciImageArgs, ociImage, ociImageSchema } from "./verbs/ociImage.ts";
import { type ServiceArgs, service, serviceSchema } from "./verbs/service.ts";

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

  readonly buildDepsOnly: (args: GivenDepsArgs) => CargoArtifacts;
  readonly buildPackage: (args: BuildPackageArgs) => Derivation;
  readonly buildTrunkPackage: (args: BuildTrunkPackageArgs) => Derivation;
  readonly cargoAudit: (args: CargoAuditArgs) => Derivation;
  readonly cargoBuild: (args: CargoArgs) => Derivation;
  readonly cargoClippy: (args: CargoClippyArgs) => Derivation;
  readonly cargoDeny: (args: CargoDenyArgs) => Derivation;
  readonly cargoDoc: (args: CargoDocArgs) => Derivation;
  readonly cargoDocTest: (args: CargoDocTestArgs) => Derivation;
  readonly cargoFmt: (args: CargoFmtArgs) => Derivation;
  readonly cargoHakari: (args: CargoArgs) => Derivation;
  readonly cargoLlvmCov: (args: CargoLlvmCovArgs) => Derivation;
  readonly cargoNextest: (args: CargoNextestArgs) => Derivation;
  readonly cargoTarpaulin: (args: CargoTarpaulinArgs) => Derivation;
  readonly cargoTest: (args: CargoTestArgs) => Derivation;
  readonly cooldown: (args: CooldownArgs) => Derivation;
  readonly devShell: (args: DevShellArgs) => DevShell;
  readonly mkCargoDerivation: (args: MkCargoDerivationArgs) => Derivation;
  readonly ociImage: (args: OciImageArgs) => Derivation;
  readonly preCommit: (args: PreCommitArgs) => HooksCheck;
  readonly scriptPolicy: (args: ScriptPolicyArgs) => Derivation;
  readonly service: (args: ServiceArgs) => Service;
  readonly taploFmt: (args: TaploFmtArgs) => Derivation;

  readonly cleanCargoSource: (root: string) => Source;
  /**
   * Name and version of the source's package; of a workspace without one, its directory's and the workspace's.
   *
   * @throws Refused: those of `LibContext.crateName`
   * @example
   * const { pname, version } = crane.crateNameFromCargoToml({ src });
   */
  readonly crateNameFromCargoToml: (args: CrateNameArgs) => CrateName;
  readonly filterCargoSources: typeof filterCargoSources;
  readonly mkCrossToolchainEnv: (platform: string) => CrossToolchain;
  readonly mkDummySrc: (args: MkDummySrcArgs) => DummySource;

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

type CrateNameArgs = SourceRootArgs & { readonly src: Source | DummySource };

const crateNameSchema = { src: sourceOrDummySchema, ...sourceRootSchema } satisfies Schema<CrateNameArgs>;

const tripleSchema = v.pipe(
  v.string(),
  v.regex(/^\w+(-[\w.]+)+$/, "expected a triple, such as `aarch64-unknown-linux-gnu`"),
);

/** What a configuration may write itself: `overrideToolchain({ channel: "nightly", … })`. */
const toolchainSchema = {
  channel: v.optional(v.string()),
  file: v.optional(v.string()),
  isHost: v.optional(v.literal(true)),
  profile: v.optional(profileSchema),
  components: words,
  targets: words,
  platforms: v.optional(words),
  sources: v.optional(v.literal(true)),
  isPinned: v.optional(v.literal(true)),
} satisfies Schema<ToolchainRequest>;

/**
 * Binds Crane's functions to a context, and has their arguments checked on the way in (Crane's `mkLib`). All are
 * pure: they describe, and neither read nor run anything but what the context reads for them.
 */
export function mkLib(context: LibContext): Lib {
  const bind =
    <Args, Result>(name: string, schema: Schema<Args>, call: (context: LibContext, args: Args) => Result) =>
    (args: Args): Result => {
      checkArguments(name, schema, args);
      return recorded(call(context, args), { verb: name, args, context });
    };
  const bindCargo = <Args extends CargoArgs, Result>(
    name: string,
    schema: Schema<Args>,
    call: (context: LibContext, args: Args) => Result,
  ) => bind<Args, Result>(name, schema, (_, args) => call(context, resolveArgs(context, args)));
  const describe = <Args, Result>(name: string, schema: Schema<Args>, call: (args: Args) => Result) =>
    bind<Args, Result>(name, schema, (_, args) => call(args));
  const listPackages = bind("lockPackages", lockPackagesSchema, lockPackages);
  const describeLayer = bindCargo("buildDepsOnly", buildDepsOnlySchema, buildDepsOnly);
  return onlyKnown("`crane`", {
    appendCrateRegistries(more) {
      checkArgument("appendCrateRegistries", registriesSchema, more);
      return mkLib({ ...context, registries: [...(context.registries ?? []), ...more] });
    },
    overrideToolchain: bind<ToolchainRequest, Lib>("overrideToolchain", toolchainSchema, (_, toolchain) =>
      mkLib({ ...context, toolchain }),
    ),

    buildDepsOnly: (args) => describeLayer(withSource(args)),
    buildPackage: bindCargo("buildPackage", buildPackageSchema, buildPackage),
    buildTrunkPackage: bindCargo("buildTrunkPackage", buildTrunkPackageSchema, buildTrunkPackage),
    cargoAudit: bind("cargoAudit", cargoAuditSchema, cargoAudit),
    cargoBuild: bindCargo("cargoBuild", cargoSchema, cargoBuild),
    cargoClippy: bindCargo("cargoClippy", cargoClippySchema, cargoClippy),
    cargoDeny: bind("cargoDeny", cargoDenySchema, cargoDeny),
    cargoDoc: bindCargo("cargoDoc", cargoDocSchema, cargoDoc),
    cargoDocTest: bindCargo("cargoDocTest", cargoDocTestSchema, cargoDocTest),
    cargoFmt: bind("cargoFmt", cargoFmtSchema, cargoFmt),
    cargoHakari: bindCargo("cargoHakari", cargoSchema, cargoHakari),
    cargoLlvmCov: bindCargo("cargoLlvmCov", cargoLlvmCovSchema, cargoLlvmCov),
    cargoNextest: bindCargo("cargoNextest", cargoNextestSchema, cargoNextest),
    cargoTarpaulin: bindCargo("cargoTarpaulin", cargoTarpaulinSchema, cargoTarpaulin),
    cargoTest: bindCargo("cargoTest", cargoTestSchema, cargoTest),
    cooldown: bind("cooldown", cooldownSchema, cooldown),
    devShell: bind("devShell", devShellSchema, devShell),
    mkCargoDerivation: bindCargo("mkCargoDerivation", mkCargoDerivationSchema, mkCargoDerivation),
    ociImage: bind("ociImage", ociImageSchema, ociImage),
    preCommit: bindCargo("preCommit", preCommitSchema, preCommit),
    scriptPolicy: bind("scriptPolicy", scriptPolicySchema, scriptPolicy),
    service: bind("service", serviceSchema, service),
    taploFmt: bind("taploFmt", taploFmtSchema, taploFmt),

    cleanCargoSource,
    crateNameFromCargoToml: bind<CrateNameArgs, CrateName>(
      "crateNameFromCargoToml",
      crateNameSchema,
      (_, { src, ...args }) => context.crateName(sourceOf(wholeSource(src), args)),
    ),
    filterCargoSources,
    mkCrossToolchainEnv(platform) {
      checkArgument("mkCrossToolchainEnv", tripleSchema, platform);
      const cross = mkCrossToolchainEnv(context, platform);
      // To be spread into arguments, of which the variables are then one.
      recorded(cross.env, { verb: "mkCrossToolchainEnv", args: { platform }, context });
      return cross;
    },
    mkDummySrc: describe("mkDummySrc", mkDummySrcSchema, mkDummySrc),

    downloadCargoPackage: describe("downloadCargoPackage", downloadCargoPackageSchema, downloadCargoPackage),
    downloadCargoPackageFromGit: describe(
      "downloadCargoPackageFromGit",
      downloadCargoPackageFromGitSchema,
      downloadCargoPackageFromGit,
    ),
    lockPackages: (args = {}) => listPackages(args),
    registryFromDownloadUrl: describe(
      "registryFromDownloadUrl",
      registryFromDownloadUrlSchema,
      registryFromDownloadUrl,
    ),
    registryFromGitIndex: describe("registryFromGitIndex", registryFromGitIndexSchema, registryFromGitIndex),
    registryFromSparse: describe("registryFromSparse", registryFromSparseSchema, registryFromSparse),
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
