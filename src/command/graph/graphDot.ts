import { needsOf, type StepGraph } from "../../derivation/stepGraph.ts";

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
