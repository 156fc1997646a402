import { diagnostic } from "../base/diagnostic.ts";
import { err, ok, type Result } from "../base/result.ts";
import { recordedJournal, type StepDecision } from "../engine/why/journal.ts";
import { findProject } from "../project/findProject.ts";
import type { UnitName } from "../units/layout/unitMessages.ts";
import type { CommandOutcome, GlobalOptions } from "./command.ts";
import { withStore } from "./withStore.ts";

/** `gantry why`: for each step and unit that ran in the last build, the first input that had changed. */
export async function why(
  options: Pick<GlobalOptions, "cwd" | "store"> & WhyOptions,
): Promise<Result<CommandOutcome>> {
  const project = findProject(options.cwd);
  if (!project.ok) return project;
  return withStore(options, "reading what was built", async (store) => {
    const decisions = recordedJournal(store.memo, project.value.root);
    if (!decisions) return err(nothingBuilt());
    const { name } = options;
    const wanted = name === undefined ? decisions : about(decisions, name);
    if (wanted.length === 0) return ok({ stdout: `nothing called \`${name}\` ran in the last build` });
    return ok({ stdout: wanted.flatMap(explained).join("\n") });
  });
}

function nothingBuilt() {
  return diagnostic("nothing-built", "nothing has been built in this project yet", {
    help: ["gantry build"],
  });
}

/** A step by its name, or the units of a package wherever they were compiled. */
function about(decisions: readonly StepDecision[], name: string): StepDecision[] {
  const step = decisions.filter((decision) => decision.step === name);
  if (step.length > 0) return step;
  return decisions.flatMap((decision) => {
    const units = decision.units.filter((unit) => unit.package === name);
    return units.length > 0 ? [{ ...decision, units }] : [];
  });
}

function explained({ step, status, reason, note, units }: StepDecision): string[] {
  if (status === "cached") return [`\`${step}\` did not run: nothing that it is made from changed`];
  const verb =
    status === "failed" ? "ran, and failed" : status === "stopped" ? "ran, and was stopped" : "ran";
  return [
    `\`${step}\` ${verb}: ${reason ?? "it was asked to"}`,
    ...(note === undefined ? [] : [`  ${note}`]),
    ...units.map(
      (unit) => `  \`${unit.package} ${unit.version}\` (${kindOf(unit)}) ${doneTo(unit)}: ${unit.reason}`,
    ),
  ];
}

function kindOf({ target, mode }: UnitName): string {
  if (target === "custom-build") return "build script";
  return mode === "build" ? target : `${target}, ${mode}`;
}

function doneTo({ mode }: UnitName): string {
  return mode === "run-custom-build" ? "ran" : "compiled";
}

/** `gantry why`. */
export type WhyOptions = {
  readonly name: string | undefined;
};
