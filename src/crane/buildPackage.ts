import type { Derivation } from "../derivation/model.ts";
import { world } from "../derivation/world.ts";
import { type CargoArgs, cargoInvocation, splitAtDashes } from "./cargoArgs.ts";
import { layerFor } from "./layerFor.ts";
import type { LibContext } from "./libContext.ts";
import { mkCargoDerivation } from "./mkCargoDerivation.ts";

export type BuildPackageArgs = CargoArgs & {
  /** Run `cargo test` before installing. Default: `true`. */
  readonly doCheck?: boolean;
  /** For `cargo test` alone, beside `cargoExtraArgs`; what follows `--` goes to the tests. */
  readonly cargoTestExtraArgs?: readonly string[];
  /** Leave the toolchain's paths in what is installed. Default: `false`. */
  readonly doNotRemoveReferencesToRustToolchain?: boolean;
  /** Leave the paths of vendored crates in what is installed. Default: `false`. */
  readonly doNotRemoveReferencesToVendorDir?: boolean;
};

/**
 * Builds the project on top of its dependency layer, tests it, and installs what Cargo reports as built:
 * binaries to `bin/`, `cdylib` and `staticlib` to `lib/` (Crane's `buildPackage`).
 *
 * @throws Refused for arguments that are unknown or of the wrong kind
 * @example
 * lib.buildPackage({ src: lib.cleanCargoSource("."), cargoArtifacts, doCheck: false })
 */
export function buildPackage(context: LibContext, args: BuildPackageArgs): Derivation {
  const { doCheck = true, ...common } = args;
  const build = cargoInvocation("build", args);
  const test = cargoInvocation("test", args, splitAtDashes(args.cargoTestExtraArgs ?? []));
  return mkCargoDerivation(context, {
    ...common,
    doCheck,
    buildPhaseCargoCommand: [build.run],
    checkPhaseCargoCommand: [test.run],
    installPhaseCommand: [
      { type: "install", from: build.run.name },
      { type: "strip", prefixes: strippedPrefixes(args) },
    ],
    target: layerFor(context, args, doCheck ? [build, test] : [build]),
  });
}

function strippedPrefixes(args: BuildPackageArgs): string[] {
  return [
    ...(args.doNotRemoveReferencesToRustToolchain ? [] : [`${world.toolchain}/`]),
    ...(args.doNotRemoveReferencesToVendorDir ? [] : [`${world.vendor}/`]),
  ];
}
