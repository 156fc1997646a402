import { unreachable } from "../../base/narrowing.ts";
import { ok } from "../../base/result.ts";
import { needsOf, type StepGraph, type StepNode, stepGraph } from "../../derivation/steps.ts";
import type { Command } from "../command.ts";

const formats = ["text", "json", "dot"] as const;

type Format = (typeof formats)[number];

/** `gantry graph`: the steps behind what the project offers. Builds nothing. */
export const graph: Command<{ readonly format: Format }> = {
  doing: "reading the project",
  details:
    "A step is what is built, kept and logged as one: a dependency layer, a package, a check. Each is there with the steps and " +
    "inputs that it is made from. Nothing is built.",
  options: [
    { name: "format", value: "FORMAT", summary: "how to print it [default: text]", choices: formats },
  ],
  examples: [["gantry graph --format dot | dot -Tsvg > steps.svg", "draw it with Graphviz"]],
  read: (args) => ({ format: args.choice("format", formats) ?? "text" }),
  async run(options, emit) {
    const { withProject } = await import("../open/project.ts");
    const { offeredOutputs } = await import("../../crane/project.ts");
    return withProject(options, emit, async ({ offered }) =>
      ok({ stdout: graphText(stepGraph(offeredOutputs(offered)), options.format) }),
    );
  },
};

function graphText(steps: StepGraph, format: Format): string {
  switch (format) {
    case "text":
      return graphTree(steps);
    case "json":
      return JSON.stringify(steps, undefined, 2);
    case "dot":
      return graphDot(steps);
    default:
      return unreachable(format);
  }
}

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

/** The graph in the language of Graphviz: outputs as ellipses, steps as boxes, layers as dashed arrows. */
export function graphDot({ outputs, steps }: StepGraph): string {
  return [
    "digraph steps {",
    "  rankdir = LR;",
    "  node [shape = box];",
    ...steps.map(({ id, commands }) => `  ${quoted(id)} [tooltip = ${quoted(commands.join("\n"))}];`),
    ...Object.entries(outputs).flatMap(([name, id]) => [
      `  ${quoted(name)} [shape = ellipse];`,
      `  ${quoted(name)} -> ${quoted(id)};`,
    ]),
    ...steps.flatMap((step) =>
      needsOf(step).map((id) => {
        const style = id === step.layer ? " [style = dashed]" : "";
        return `  ${quoted(step.id)} -> ${quoted(id)}${style};`;
      }),
    ),
    "}",
  ].join("\n");
}

/** Graphviz knows two escapes in a quoted string that matter here; a line break is `\n`. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
