import type { Digest } from "../base/digest.ts";
import type { PlannedUnit } from "./unitPlan.ts";

/** What units of packages are compiled in: toolchain, variables, native inputs, Cargo's configuration, the sandbox. */
export type UnitEnvironment = {
  readonly whole: Digest;
  /** The same without native packages; the whole where it is not certain that rustc alone has a part in the units. */
  readonly pure: Digest;
};

/** The environment of a unit: native packages are none of a pure one's. */
export function environmentFor(planned: PlannedUnit, { whole, pure }: UnitEnvironment): Digest {
  return isPure(planned) ? pure : whole;
}

/**
 * Whether rustc alone makes a unit: nothing is linked, and no macro runs. Then no program or library of a native package
 * can have a part in it, but for files that its code includes by absolute paths: see `includesOutside`. What build
 * scripts find is in their own keys, and so in that of the unit.
 */
export function isPure({ unit, usesProcMacro }: PlannedUnit): boolean {
  const isCompiled = unit.mode === "build" || unit.mode === "check";
  return isCompiled && !usesProcMacro && unit.target.crateTypes.every((type) => /^r?lib$/.test(type));
}
