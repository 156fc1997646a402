import type { Project as Offered } from "../../crane/project.ts";
import { stepsApart } from "../../derivation/steps.ts";

/** What people may call the steps of a project. */
export type StepNames = {
  /** The names of the steps, and of the outputs: checks and packages. */
  readonly steps: readonly string[];
  readonly outputs: readonly string[];
  /** The step of an output, after its dependency layer if it has one; undefined where no output is called so. */
  readonly ofOutput: (name: string) => readonly string[] | undefined;
};

/** Of a package and a check of one name it is the package's step. */
export function stepNames({ packages, checks = {}, images = {} }: Offered): StepNames {
  const outputs = new Map([images, checks, packages].flatMap((offered) => Object.entries(offered)));
  const { steps, idOf } = stepsApart([packages, checks, images].flatMap((offered) => Object.values(offered)));
  return {
    steps: steps.map(idOf),
    outputs: [...outputs.keys()],
    ofOutput(name) {
      const step = outputs.get(name);
      return step && [step.targetDirectory?.layer ?? [], step].flat().map(idOf);
    },
  };
}
