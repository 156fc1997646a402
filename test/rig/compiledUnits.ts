import type { EventLine } from "./gantry.ts";

/**
 * Which units each step compiled, as `package target mode`, sorted. Steps that compiled nothing are left out.
 */
export function compiledUnits(events: readonly EventLine[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const event of events) {
    if (event.type !== "unit" || event.status !== "compiled") continue;
    const step = String(event.step);
    found[step] = [...(found[step] ?? []), `${event.package} ${event.target} ${event.mode}`];
  }
  for (const units of Object.values(found)) units.sort();
  return found;
}
