import { readFileSync } from "node:fs";
import { backticked, diagnostic } from "../base/diagnostic.ts";
import type { Digest } from "../base/digest.ts";
import { nearest } from "../base/nearest.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Project } from "../crane/project.ts";
import { walkSteps } from "../derivation/graph.ts";
import type { Emit } from "../engine/event.ts";
import { lastStep, logFile } from "../engine/why/journal.ts";
import { findProject } from "../project/findProject.ts";
import type { Store } from "../store/store.ts";
import type { CommandOutcome } from "./command.ts";
import { offeredOutputs, type ProjectOptions, withProject } from "./project.ts";
import { withStore } from "./withStore.ts";

/**
 * `gantry log`: what a step printed when it ran last, well or not. The name is the step's (`app-deps`), or
 * that of an output (`default`, `clippy`). A step that ran is found even where the configuration is broken by
 * now.
 *
 * Errors: `step-unknown`, with the names that there are; `log-missing`.
 */
export async function log(options: ProjectOptions & LogOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  const { name } = options;
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  const { root } = project.value;
  const direct = await withStore(options, "reading the log", async (store) => {
    const key = lastStep(store, { project: root, step: name });
    return key ? printed(store, name, key) : ok(undefined);
  });
  if (!direct.ok) return direct;
  if (direct.value) return ok(direct.value);
  return withProject(options, emit, async ({ inputs, offered }) => {
    const step = stepCalled(name, offered);
    if (!step.ok) return step;
    const key = lastStep(inputs.store, { project: root, step: step.value });
    return key ? printed(inputs.store, step.value, key) : err(noLog(step.value, "it has not run here yet"));
  });
}

function printed(store: Store, step: string, key: Digest): Result<CommandOutcome> {
  try {
    return ok({ stdout: readFileSync(logFile(store, key), "utf8") });
  } catch {
    return err(noLog(step, "garbage collection has removed it"));
  }
}

function noLog(step: string, because: string) {
  return diagnostic("log-missing", `there is no log of \`${step}\``, {
    notes: [because],
    help: ["run it, again if need be: gantry build --rebuild"],
  });
}

function stepCalled(name: string, offered: Project): Result<string> {
  const outputs = { ...offered.checks, ...offered.packages };
  const output = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (output) return ok(output.name);
  const steps = [...new Set(walkSteps(Object.values(offeredOutputs(offered))).map((step) => step.name))];
  if (steps.includes(name)) return ok(name);
  const guess = nearest(name, [...steps, ...Object.keys(outputs)]);
  return err(
    diagnostic("step-unknown", `the project has no step \`${name}\``, {
      notes: [`its steps are ${backticked(steps)}`, `its outputs are ${backticked(Object.keys(outputs))}`],
      help: guess ? [`did you mean \`${guess}\`?`] : ["see how they hang together: gantry graph"],
      status: 2,
    }),
  );
}

/** `gantry log`. */
export type LogOptions = {
  readonly name: string;
};
