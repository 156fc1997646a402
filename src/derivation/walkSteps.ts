import { dependenciesOf } from "./dependenciesOf.ts";
import type { Derivation } from "./derivation.ts";
import { sameSteps } from "./sameSteps.ts";

/**
 * Some steps and all that they need, each once and after those that it needs. Equal descriptions are one
 * step.
 */
export function walkSteps(roots: readonly Derivation[]): readonly Derivation[] {
  const one = sameSteps();
  const found = new Set<Derivation>();
  const visit = (derivation: Derivation): void => {
    const step = one(derivation);
    if (found.has(step)) return;
    for (const dependency of dependenciesOf(step)) visit(dependency);
    found.add(step);
  };
  for (const root of roots) visit(root);
  return [...found];
}
