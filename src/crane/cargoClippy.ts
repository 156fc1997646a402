import type { Derivation } from "../derivation/model.ts";
import { type CargoArgs, cargoInvocation, splitAtDashes } from "./cargoArgs.ts";
import { layerFor } from "./layerFor.ts";
import type { LibContext } from "./libContext.ts";
import { mkCargoDerivation } from "./mkCargoDerivation.ts";

export type CargoClippyArgs = CargoArgs & {
  /** After `cargo clippy`, beside `cargoExtraArgs`. Default: `["--all-targets"]`. */
  readonly cargoClippyExtraArgs?: readonly string[];
};

/**
 * `cargo clippy` on top of the dependency layer (Crane's `cargoClippy`).
 *
 * @example
 * lib.cargoClippy({ src, cargoArtifacts, cargoClippyExtraArgs: ["--all-targets", "--", "-D", "warnings"] })
 */
export function cargoClippy(context: LibContext, args: CargoClippyArgs): Derivation {
  const words = args.cargoClippyExtraArgs ?? ["--all-targets"];
  const clippy = cargoInvocation("clippy", args, splitAtDashes(words));
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-clippy",
    buildPhaseCargoCommand: [clippy.run],
    target: layerFor(context, args, [clippy]),
  });
}
