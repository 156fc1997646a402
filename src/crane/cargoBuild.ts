import type { Derivation } from "../derivation/model.ts";
import { type CargoArgs, cargoInvocation } from "./cargoArgs.ts";
import { layerFor } from "./layerFor.ts";
import type { LibContext } from "./libContext.ts";
import { mkCargoDerivation } from "./mkCargoDerivation.ts";

/** `cargo build` on top of the dependency layer; installs nothing (Crane's `cargoBuild`). */
export function cargoBuild(context: LibContext, args: CargoArgs): Derivation {
  const build = cargoInvocation("build", args);
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-build",
    buildPhaseCargoCommand: [build.run],
    target: layerFor(context, args, [build]),
  });
}
