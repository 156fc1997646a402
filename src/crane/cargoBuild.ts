import type { Derivation } from "../derivation/model.ts";
import type { LibContext } from "./arguments/libContext.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import { type CargoArgs, cargoInvocation, mkCargoDerivation } from "./mkCargoDerivation.ts";

/**
 * `cargo build` on top of the dependency layer; installs nothing (Crane's `cargoBuild`). A check that everything
 * compiles, and what other steps start from.
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * export default defineProject(({ crane }) => {
 *   const src = crane.cleanCargoSource(".");
 *   return {
 *     packages: { default: crane.buildPackage({ src }) },
 *     checks: { examples: crane.cargoBuild({ src, cargoExtraArgs: ["--locked", "--examples"] }) },
 *   };
 * });
 */
export function cargoBuild(context: LibContext, args: CargoArgs): Derivation {
  const build = cargoInvocation("build", args);
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-build",
    buildPhaseCargoCommand: [build.run],
    target: layeredTarget(context, args, [build]),
  });
}
