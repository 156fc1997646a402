import { inputsAt, stepsOfInput } from "./dependenciesOf.ts";
import type { Derivation } from "./derivation.ts";
import { describeInput } from "./describeInput.ts";
import type { Input } from "./input.ts";
import { sameSteps } from "./sameSteps.ts";
import { walkSteps } from "./walkSteps.ts";

/** The steps of a project as plain data, each after those that it needs. */
export type StepGraph = {
  /** From the name of an output (`packages.default`) to its step. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepNode[];
};

export type StepNode = {
  /** Its name; where several have it, with a number: `app-deps`, `app-deps#2`. */
  readonly id: string;
  readonly name: string;
  /** The step whose units it starts with. */
  readonly layer?: string;
  readonly inputs: readonly InputNode[];
  /** Its commands, each as one line. */
  readonly commands: readonly string[];
};

export type InputNode = {
  /** Where it is mounted; of several at one path, the first hides the later ones. */
  readonly at: string;
  /** In a few words. */
  readonly input: string;
  /** The step that it is the output of, or has the output of in it. */
  readonly step?: string;
};

/**
 * The graph of the steps behind some outputs.
 *
 * @example
 * stepGraph({ "packages.default": app }).steps.map((step) => step.id) // ["app-deps", "app"]
 */
export function stepGraph(outputs: Readonly<Record<string, Derivation>>): StepGraph {
  const steps = walkSteps(Object.values(outputs));
  const one = sameSteps();
  const ids = new Map<Derivation, string>();
  const used = new Map<string, number>();
  for (const step of steps) {
    const count = (used.get(step.name) ?? 0) + 1;
    used.set(step.name, count);
    ids.set(one(step), count === 1 ? step.name : `${step.name}#${count}`);
  }
  const idOf = (step: Derivation): string => ids.get(one(step)) ?? step.name;
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, step]) => [name, idOf(step)])),
    steps: steps.map((step) => nodeOf(step, idOf)),
  };
}

/** What the graph's node of a step needs, by id. */
export function needsOf(node: StepNode): readonly string[] {
  return [
    ...(node.layer === undefined ? [] : [node.layer]),
    ...node.inputs.flatMap(({ step }) => step ?? []),
  ];
}

function nodeOf(step: Derivation, idOf: (step: Derivation) => string): StepNode {
  const layer = step.target?.layer;
  return {
    id: idOf(step),
    name: step.name,
    ...(layer && { layer: idOf(layer) }),
    inputs: Object.entries(step.mounts).flatMap(([at, mounted]) =>
      inputsAt(mounted).flatMap((input) => inputNodes(at, input, idOf)),
    ),
    commands: step.phases.flatMap((phase) => (phase.type === "run" ? [phase.argv.join(" ")] : [])),
  };
}

/** The crates of a lock are one input, and each step that made one of them is another. */
function inputNodes(at: string, input: Input, idOf: (step: Derivation) => string): InputNode[] {
  const node = { at, input: describeInput(input) };
  const steps = stepsOfInput(input).map((step) => ({
    at,
    input: `the output of ${step.name}`,
    step: idOf(step),
  }));
  if (input.type === "vendor") return [node, ...steps];
  return [{ ...node, ...(steps[0] && { step: steps[0].step }) }];
}
