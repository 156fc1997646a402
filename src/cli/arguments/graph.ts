import type { GraphOptions } from "../../command/graphOptions.ts";
import type { CommandArguments } from "../commandArguments.ts";

export const graphArguments: CommandArguments<GraphOptions> = {
  name: "graph",
  summary: "print the graph of steps",
  options: [
    {
      flags: "--format <FORMAT>",
      summary: "how to print it [default: text]",
      choices: ["text", "json", "dot"],
    },
  ],
  examples: [["gantry graph --format dot | dot -Tsvg > steps.svg", "draw it with Graphviz"]],
  read: (parsed) => {
    const format = parsed.value("format");
    return { format: format === "json" || format === "dot" ? format : "text" };
  },
};
