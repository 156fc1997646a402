import * as v from "valibot";
import type { Derivation } from "../derivation/model.ts";
import type { Schema } from "./arguments/arguments.ts";
import { words } from "./arguments/arguments.ts";
import type { LibContext } from "./arguments/libContext.ts";
import { layeredTarget } from "./buildDepsOnly.ts";
import {
  type CargoArgs,
  cargoInvocation,
  cargoSchema,
  mkCargoDerivation,
  splitAtDashes,
} from "./mkCargoDerivation.ts";

export type CargoTestArgs = CargoArgs & {
  /** After `cargo test`, beside `cargoExtraArgs`; what follows `--` goes to the tests. Default: none. */
  readonly cargoTestExtraArgs?: readonly string[];
};

export const cargoTestSchema = {
  ...cargoSchema,
  cargoTestExtraArgs: v.optional(words),
} satisfies Schema<CargoTestArgs>;

/**
 * `cargo test` on top of the dependency layer (Crane's `cargoTest`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const tests = crane.cargoTest({ src, cargoArtifacts, cargoTestExtraArgs: ["--workspace", "--", "--nocapture"] });
 */
export function cargoTest(context: LibContext, args: CargoTestArgs): Derivation {
  const test = cargoInvocation("test", args, splitAtDashes(args.cargoTestExtraArgs ?? []));
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-test",
    buildPhaseCargoCommand: [test.run],
    target: layeredTarget(context, args, [test]),
  });
}
