import { ok, type Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";
import type { CommandOutcome } from "./commandOutcome.ts";
import { factsText } from "./show/factsText.ts";
import { projectFacts } from "./show/projectFacts.ts";
import type { ShowOptions } from "./showOptions.ts";
import { type ProjectOptions, withProject } from "./withProject.ts";

/** `gantry show`: what the project offers, and what it is built from on this machine. Builds nothing. */
export function show(options: ProjectOptions & ShowOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  return withProject(options, emit, async (described) => {
    const facts = await projectFacts(described);
    return ok({ stdout: options.format === "json" ? JSON.stringify(facts, undefined, 2) : factsText(facts) });
  });
}
