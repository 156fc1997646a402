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

export type CargoClippyArgs = CargoArgs & {
  /**
   * After `cargo clippy`, beside `cargoExtraArgs`; what follows `--` goes to Clippy. Default:
   * `["--all-targets"]`.
   */
  readonly cargoClippyExtraArgs?: readonly string[];
};

export const cargoClippySchema = {
  ...cargoSchema,
  cargoClippyExtraArgs: v.optional(words),
} satisfies Schema<CargoClippyArgs>;

/**
 * `cargo clippy` on top of the dependency layer (Crane's `cargoClippy`).
 *
 * @throws Refused: those of `mkCargoDerivation`
 * @example
 * const clippy = crane.cargoClippy({
 *   src,
 *   cargoArtifacts,
 *   cargoClippyExtraArgs: ["--all-targets", "--", "-D", "warnings"],
 * });
 */
export function cargoClippy(context: LibContext, args: CargoClippyArgs): Derivation {
  const clippy = cargoInvocation(
    "clippy",
    args,
    splitAtDashes(args.cargoClippyExtraArgs ?? ["--all-targets"]),
  );
  return mkCargoDerivation(context, {
    ...args,
    pnameSuffix: "-clippy",
    buildPhaseCargoCommand: [clippy.run],
    target: layeredTarget(context, args, [clippy]),
  });
}
