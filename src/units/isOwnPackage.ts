import type { Unit } from "../cargo/unitGraph.ts";

/** Whether a unit is of one of the project's own packages. */
export function isOwnPackage(unit: Pick<Unit, "package">): boolean {
  return unit.package.source.kind === "path";
}
