import type { Digest } from "../base/digest.ts";
import type { PlannedUnit, UnitPlan } from "./unitPlan.ts";

/**
 * Whether a proc macro may run while a unit is compiled: its own, or one that a library it links passes on, as `serde`
 * does with `serde_derive`. What a build script is made of does not count.
 */
export function usesProcMacro(planned: PlannedUnit, plan: UnitPlan): boolean {
  const byId = new Map(plan.map((each) => [each.id, each]));
  const seen = new Set<Digest>();
  const reaches = (unit: PlannedUnit): boolean =>
    unit.dependencies.some(({ id }) => {
      const dependency = byId.get(id);
      if (!dependency || seen.has(id) || dependency.unit.target.kind.includes("custom-build")) return false;
      seen.add(id);
      return dependency.unit.target.kind.includes("proc-macro") || reaches(dependency);
    });
  return reaches(planned);
}
