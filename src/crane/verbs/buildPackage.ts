import * as v from "valibot";
import type { Derivation } from "../../derivation/model.ts";
import { world } from "../../derivation/world.ts";
import { optionWords } from "../arguments/arguments.ts";
import type { LibContext } from "../arguments/libContext.ts";
import type { Schema } from "../arguments/refuse.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import {
  type CargoArgs,
  cargoInvocation,
  cargoSchema,
  mkCargoDerivation,
  splitAtDashes,
} from "./mkCargoDerivation.ts";

export type BuildPackageArgs = CargoArgs & {
  /** Run `cargo test` before installing. Default: `true`. */
  readonly doCheck?: boolean;
  /** For `cargo test` alone, beside `cargoExtraArgs`; what follows `--` goes to the tests. Default: none. */
  readonly cargoTestExtraArgs?: readonly string[];
  /** Leave the toolchain's paths in what is installed. Default: `false`. */
  readonly doNotRemoveReferencesToRustToolchain?: boolean;
  /** Leave the paths of vendored crates in what is installed. Default: `false`. */
  readonly doNotRemoveReferencesToVendorDir?: boolean;
};

export const buildPackageSchema = {
  ...cargoSchema,
  doCheck: v.optional(v.boolean()),
  cargoTestExtraArgs: v.optional(optionWords),
  doNotRemoveReferencesToRustToolchain: v.optional(v.boolean()),
  doNotRemoveReferencesToVendorDir: v.optional(v.boolean()),
} satisfies Schema<BuildPackageArgs>;

/**
 * Builds the project on top of its dependency layer, tests it, and installs what Cargo reports as built: binaries
 * to `bin/`, the workspace's `cdylib`, `dylib` and `staticlib` to `lib/` (Crane's `buildPackage`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * export default defineProject(({ crane }) => ({
 *   packages: { default: crane.buildPackage({ src: crane.cleanCargoSource("."), doCheck: false }) },
 * }));
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
    target: layeredTarget(context, args, doCheck ? [build, test] : [build]),
  });
}

function strippedPrefixes(args: BuildPackageArgs): string[] {
  return [
    ...(args.doNotRemoveReferencesToRustToolchain ? [] : [`${world.toolchain}/`]),
    ...(args.doNotRemoveReferencesToVendorDir ? [] : [`${world.vendor}/`]),
  ];
}
