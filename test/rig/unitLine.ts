import type { UnitName } from "../../src/units/layout/unitMessages.ts";

/** The one form in which tests compare units, Cargo's and Gantry's alike: `serde 1.0.228 lib build`. */
export function unitLine(unit: UnitName): string {
  return [unit.package, unit.version, unit.target, unit.mode].join(" ");
}
