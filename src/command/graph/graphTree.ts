import type { StepGraph, StepNode } from "../../derivation/stepGraph.ts";

type Branch = { readonly label: string; readonly branches: readonly Branch[] };

/** The graph as a tree below each output. As with `cargo tree`, `(*)` marks a step that was shown before. */
export function graphTree({ outputs, steps }: StepGraph): string {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const shown = new Set<string>();
  const branchOf = (id: string, prefix: string): Branch => {
    const step = byId.get(id);
    const label = `${prefix}${id}`;
    if (!step || shown.has(id)) return { label: `${label} (*)`, branches: [] };
    shown.add(id);
    return { label, branches: [...layerOf(step), ...mountsOf(step)] };
  };
  const layerOf = ({ layer }: StepNode) => (layer === undefined ? [] : [branchOf(layer, "layer: ")]);
  const mountsOf = ({ inputs }: StepNode): Branch[] =>
    [...Map.groupBy(inputs, ({ at }) => at)].map(([at, there]) => ({
      label: `${at}: ${there.map(({ input }) => input).join(", ")}`,
      branches: there.flatMap(({ step }) => (step === undefined ? [] : [branchOf(step, "")])),
    }));
  return Object.entries(outputs)
    .map(([name, id]) => [name, ...lines([branchOf(id, "")])].join("\n"))
    .join("\n\n");
}

function lines(branches: readonly Branch[]): string[] {
  return branches.flatMap(({ label, branches: below }, index) => {
    const last = index === branches.length - 1;
    const stem = last ? "    " : "│   ";
    return [`${last ? "└──" : "├──"} ${label}`, ...lines(below).map((line) => stem + line)];
  });
}
