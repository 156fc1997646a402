import type { Derivation } from "./derivation.ts";
import type { Input } from "./input.ts";
import { stepOfTree } from "./tree.ts";

/** What a step has at one mount, as a list. */
export function inputsAt(mounted: Input | readonly Input[]): readonly Input[] {
  return "type" in mounted ? [mounted] : mounted;
}

/** All that a step can see, but for its layer. */
export function inputsOf(derivation: Derivation): readonly Input[] {
  return Object.values(derivation.mounts).flatMap(inputsAt);
}

/** The steps whose outputs an input consists of. */
export function stepsOfInput(input: Input): readonly Derivation[] {
  if (input.type === "vendor") return (input.changes ?? []).flatMap(({ to }) => stepOfTree(to) ?? []);
  if (input.type === "output" || input.type === "patched")
    return [stepOfTree(input)].flatMap((step) => step ?? []);
  return [];
}

/** The steps that have to be realised before a step: its layer, and those whose outputs it sees. */
export function dependenciesOf(derivation: Derivation): readonly Derivation[] {
  const layer = derivation.target?.layer;
  return [...(layer ? [layer] : []), ...inputsOf(derivation).flatMap(stepsOfInput)];
}
