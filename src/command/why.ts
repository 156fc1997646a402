import { diagnostic } from "../base/diagnostic.ts";
import { err, ok } from "../base/result.ts";
import { recordedJournal, type StepDecision } from "../engine/why/journal.ts";
import type { UnitName } from "../units/layout/unitMessages.ts";
import type { Command } from "./command.ts";

type WhyOptions = {
  /** A step, or a package whose units were compiled; absent: everything. */
  readonly name: string | undefined;
};

/** `gantry why`: for each step and unit that ran in the last build, the first input that had changed. */
export const why: Command<WhyOptions> = {
  doing: "reading what was built",
  operands: [{ name: "NAME", summary: "a step, or a package whose units were compiled" }],
  examples: [
    ["gantry why", "which inputs changed since the build before"],
    ["gantry why -v", "all that changed, not only the first of each step"],
    ["gantry why serde", "why `serde` was compiled again"],
  ],
  read: ({ operands: [name] }) => ({ name }),
  async run(options, emit) {
    const { name } = options;
    const { findProject } = await import("../project/findProject.ts");
    const project = findProject(options.cwd);
    if (!project.ok) return project;
    const { withStore } = await import("./withStore.ts");
    return withStore(options, emit, async (store) => {
      const decisions = recordedJournal(store, project.value.root);
      if (!decisions) return err(nothingBuilt());
      const wanted = name === undefined ? decisions : decisionsAbout(name, decisions);
      if (wanted.length === 0) return ok({ stdout: `nothing called \`${name}\` ran in the last build` });
      const isVerbose = options.verbosity > 0;
      return ok({ stdout: wanted.flatMap((each) => decisionLines(each, isVerbose)).join("\n") });
    });
  },
};

function nothingBuilt() {
  return diagnostic("nothing-built", "nothing has been built in this project yet", {
    help: ["gantry build"],
  });
}

/** A step by its name, or the units of a package wherever they were compiled. */
function decisionsAbout(name: string, decisions: readonly StepDecision[]): StepDecision[] {
  const step = decisions.filter((decision) => decision.step === name);
  if (step.length > 0) return step;
  return decisions.flatMap((decision) => {
    const units = decision.units.filter((unit) => unit.package === name);
    return units.length > 0 ? [{ ...decision, units }] : [];
  });
}

function decisionLines(decision: StepDecision, isVerbose: boolean): string[] {
  const { step, status, note, units } = decision;
  const [first, ...others] = (isVerbose ? decision.changes : undefined) ?? [];
  const reason = first ?? decision.reason;
  if (status === "cached")
    return [`\`${step}\` did not run: ${reason ?? "nothing that it is made from changed"}`];
  const verb =
    status === "failed" ? "ran, and failed" : status === "stopped" ? "ran, and was stopped" : "ran";
  return [
    `\`${step}\` ${verb}: ${reason ?? "it was asked to"}`,
    ...others.map((change) => `  and: ${change}`),
    ...(note === undefined ? [] : [`  ${note}`]),
    ...units.map(
      (unit) => `  \`${unit.package} ${unit.version}\` (${unitKind(unit)}) ${unitVerb(unit)}: ${unit.reason}`,
    ),
  ];
}

function unitKind({ target, mode }: UnitName): string {
  if (target === "custom-build") return "build script";
  return mode === "build" ? target : `${target}, ${mode}`;
}

function unitVerb({ mode }: UnitName): string {
  return mode === "run-custom-build" ? "ran" : "compiled";
}
