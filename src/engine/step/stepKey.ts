import { canonical, type Data } from "../../base/canonical.ts";
import { type Digest, digestOf } from "../../base/digest.ts";
import type { Derivation } from "../../derivation/model.ts";

/** Raised when what a result holds, or what a step does for the same data, changes. */
const format = 2;

/** The contents that a step is made from, as digests. */
export type StepInputs = {
  /** By mount path, in the order of the union. */
  readonly mounts: Readonly<Record<string, readonly Digest[]>>;
  /** Of the units in the layer that it starts with. */
  readonly layer?: Digest;
  /** Which sandbox it runs in: level and layout decide what a build can notice. */
  readonly sandbox: string;
};

/**
 * The key of a step: a digest over its data, with every input replaced by the digest of its content. What is
 * hashed and why: `phases` and `env` are what runs; `mounts` what it can read; `layer` the units it links;
 * `workspace` where it runs; `targetDirectory` which units it needs and keeps. Not hashed: its name, which only people read.
 */
export function stepKey(derivation: Derivation, inputs: StepInputs): Digest {
  const { targetDirectory } = derivation;
  return digestOf(
    canonical({
      format,
      phases: derivation.phases.map((phase): Data => ({ ...phase })),
      env: derivation.env,
      ...(derivation.workspace !== undefined && { workspace: derivation.workspace }),
      mounts: inputs.mounts,
      layer: inputs.layer ?? null,
      sandbox: inputs.sandbox,
      target: targetDirectory ? { plans: targetDirectory.plans, keep: targetDirectory.keep } : null,
    }),
  );
}
