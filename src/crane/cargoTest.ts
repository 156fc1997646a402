import type { Derivation } from "../derivation/model.ts";
import { type CargoArgs, cargoInvocation, splitAtDashes } from "./cargoArgs.ts";
import { layerFor } from "./layerFor.ts";
import type { LibContext } from "./libContext.ts";
import { mkCargoDerivation } from "./mkCargoDerivation.ts";

export type CargoTestArgs = CargoArgs & {
  /** After `cargo test`, beside `cargoExtraArgs`; what follows `--` goes to the tests. */
  readonly cargoTestExtraArgs?: readonly string[];
};

/** `cargo test` on top of the dependency layer (Crane's `cargoTest`). */
export function cargoTest(context: LibContext, args: CargoTestArgs): Derivation {
  const words = args.cargoTestExtraArgs ?? [];
  const test = cargoInvocation("test", args, splitAtDashes(words));
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-test",
    buildPhaseCargoCommand: [test.run],
    target: layerFor(context, args, [test]),
  });
}
