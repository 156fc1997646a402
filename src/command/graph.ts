import { ok, type Result } from "../base/result.ts";
import { unreachable } from "../base/unreachable.ts";
import { type StepGraph, stepGraph } from "../derivation/stepGraph.ts";
import type { Emit } from "../engine/event.ts";
import type { CommandOutcome } from "./commandOutcome.ts";
import { graphDot } from "./graph/graphDot.ts";
import { graphTree } from "./graph/graphTree.ts";
import type { GraphOptions } from "./graphOptions.ts";
import { offeredOutputs } from "./offeredOutputs.ts";
import { type ProjectOptions, withProject } from "./withProject.ts";

/** `gantry graph`: the steps behind what the project offers. Builds nothing. */
export function graph(options: ProjectOptions & GraphOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  return withProject(options, emit, async ({ offered }) =>
    ok({ stdout: graphText(stepGraph(offeredOutputs(offered)), options.format) }),
  );
}

function graphText(steps: StepGraph, format: GraphOptions["format"]): string {
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
