import type {
  CrateRegistry,
  Derivation,
  DummySource,
  Source,
  ToolchainRequest,
} from "../derivation/model.ts";
import { type BuildDepsOnlyArgs, buildDepsOnly, type CargoArtifacts, mkDummySrc } from "./buildDepsOnly.ts";
import { type BuildPackageArgs, buildPackage } from "./buildPackage.ts";
import { type CargoArgs, withSelection } from "./cargoArgs.ts";
import { cargoBuild } from "./cargoBuild.ts";
import { type CargoClippyArgs, cargoClippy } from "./cargoClippy.ts";
import { type CargoDocArgs, cargoDoc } from "./cargoDoc.ts";
import { type CargoFmtArgs, cargoFmt } from "./cargoFmt.ts";
import { type CargoTestArgs, cargoTest } from "./cargoTest.ts";
import { type argumentSchemas, checked } from "./checkArguments.ts";
import { cleanCargoSource, filterCargoSources } from "./fileset.ts";
import { type CrateName, type LibContext, type SourceRootArgs, withSourceRoot } from "./libContext.ts";
import { type MkCargoDerivationArgs, mkCargoDerivation } from "./mkCargoDerivation.ts";
import { onlyKnown } from "./refuse.ts";
import { withVendoring } from "./vendor/vendorCargoDeps.ts";
import { type VendorLib, vendorLib } from "./vendor/vendorLib.ts";

/** Crane's functions, bound to one toolchain. */
export type Lib = VendorLib & {
  /** The same functions, which download crates of these registries without asking Cargo. */
  readonly appendCrateRegistries: (registries: readonly CrateRegistry[]) => Lib;
  /** The same functions with another toolchain. */
  readonly overrideToolchain: (toolchain: ToolchainRequest) => Lib;
  readonly buildDepsOnly: (args: BuildDepsOnlyArgs) => CargoArtifacts;
  readonly buildPackage: (args: BuildPackageArgs) => Derivation;
  readonly cargoBuild: (args: CargoArgs) => Derivation;
  readonly cargoClippy: (args: CargoClippyArgs) => Derivation;
  readonly cargoDoc: (args: CargoDocArgs) => Derivation;
  readonly cargoFmt: (args: CargoFmtArgs) => Derivation;
  readonly cargoTest: (args: CargoTestArgs) => Derivation;
  readonly cleanCargoSource: (root: string) => Source;
  readonly crateNameFromCargoToml: (args: SourceRootArgs & { readonly src: Source }) => CrateName;
  readonly filterCargoSources: typeof filterCargoSources;
  readonly mkCargoDerivation: (args: MkCargoDerivationArgs) => Derivation;
  readonly mkDummySrc: (args: SourceRootArgs & { readonly src: Source }) => DummySource;
};

/** Binds the functions to a context, and has their arguments checked on the way in (Crane's `mkLib`). */
export function mkLib(context: LibContext): Lib {
  return onlyKnown("`crane`", {
    ...vendorLib(context),
    appendCrateRegistries: (more) =>
      mkLib({ ...context, registries: [...(context.registries ?? []), ...more] }),
    overrideToolchain: (toolchain) => mkLib({ ...context, toolchain }),
    buildDepsOnly: prepared("buildDepsOnly", context, buildDepsOnly),
    buildPackage: prepared("buildPackage", context, buildPackage),
    cargoBuild: prepared("cargoBuild", context, cargoBuild),
    cargoClippy: prepared("cargoClippy", context, cargoClippy),
    cargoDoc: prepared("cargoDoc", context, cargoDoc),
    cargoFmt: prepared("cargoFmt", context, cargoFmt),
    cargoTest: prepared("cargoTest", context, cargoTest),
    cleanCargoSource,
    crateNameFromCargoToml: ({ src, ...at }) => context.crateName(withSourceRoot(src, at)),
    filterCargoSources,
    mkCargoDerivation: prepared("mkCargoDerivation", context, mkCargoDerivation),
    mkDummySrc: ({ src, ...at }) => mkDummySrc(withSourceRoot(src, at)),
  } satisfies Lib);
}

/** The arguments go on with what the command line chose and what they say of vendoring worked in. */
function prepared<A, R>(
  name: keyof typeof argumentSchemas,
  context: LibContext,
  call: (context: LibContext, args: A) => R,
): (args: A) => R {
  return checked(name, context, (_, args: A) =>
    call(context, withVendoring(context, withSelection(context.selection, name, args))),
  );
}
