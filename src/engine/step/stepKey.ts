import { canonical, type Data, type Digest, digestOf } from "../../base/digest.ts";
import type { Derivation, TargetDirectory } from "../../derivation/model.ts";
import { unitFormat } from "../../units/key/unitKey.ts";

/** The contents that a step is made from, as digests. */
export type StepInputs = {
  /** By mount path, in the order of the union. */
  readonly mounts: Readonly<Record<string, readonly Digest[]>>;
  /** Of the units in the layer that it starts with. */
  readonly layer?: Digest;
  /** Which sandbox it runs in: level and layout decide what a build can notice. */
  readonly sandbox: string;
};

/** Raised when what a result holds, or what a step does for the same data, changes. */
const format = 4;

/**
 * The key of a step: a digest over its data, with every input replaced by the digest of its content.
 *
 * | ingredient              | of         | why a result depends on it                       |
 * | ----------------------- | ---------- | ------------------------------------------------ |
 * | `format`                | Gantry     | what the same data gives may change with Gantry  |
 * | `phases`                | derivation | they are what runs                               |
 * | `env`                   | derivation | commands read it                                 |
 * | `workspace`             | derivation | commands run there                               |
 * | `targetDirectory.plans` | derivation | they say which units the step needs              |
 * | `targetDirectory.keep`  | derivation | it says which units are in the result's layer    |
 * | `targetDirectory.at`    | derivation | units hold the path                              |
 * | `unitFormat`            | Gantry     | a result has units in it, by how they were found |
 * | `mounts`                | inputs     | commands read what lies there, and where it lies |
 * | `layer`                 | inputs     | the units in it are linked                       |
 * | `sandbox`               | inputs     | it decides what else a command can notice        |
 *
 * Not an ingredient is the step's name, which only people read, nor what a mount or `targetDirectory.layer`
 * describes: their contents are. `test/engine/step/stepKey.test.ts` changes each, and does not compile where one is missing.
 *
 * @param unitsBy how keys of units are made. Where that was wrong, so may be what was linked of them. Default: `unitFormat`
 */
export function stepKey(derivation: Derivation, inputs: StepInputs, unitsBy = unitFormat): Digest {
  const { env, phases, targetDirectory, workspace } = derivation;
  return digestOf(
    canonical({
      format,
      phases: phases.map((phase): Data => ({ ...phase })),
      env,
      ...(workspace !== undefined && { workspace }),
      mounts: inputs.mounts,
      layer: inputs.layer ?? null,
      sandbox: inputs.sandbox,
      target: targetDirectory ? targetOf(targetDirectory, unitsBy) : null,
    }),
  );
}

function targetOf({ plans, keep, at }: TargetDirectory, unitsBy: number): Data {
  return { plans, keep, unitsBy, ...(at !== undefined && { at }) };
}
