import type { Derivation, Source } from "../../src/derivation/model.ts";

export const src: Source = { type: "source", root: ".", filter: { kind: "cargo" } };

/** A step that runs one command, `make <name>`, over the project's source. */
export function step(name: string, more: Partial<Derivation> = {}): Derivation {
  return {
    type: "derivation",
    name,
    phases: [{ type: "run", name: "make", argv: ["make", name] }],
    env: {},
    mounts: { "/build/source": src },
    ...more,
  };
}

export const outputOf = (of: Derivation) => ({ type: "output", of }) as const;
