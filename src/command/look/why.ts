import { backticked, diagnostic } from "../../base/diagnostic.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { lastBuilt, recordedJournal, type StepDecision } from "../../engine/why/journal.ts";
import type { Store } from "../../store/store.ts";
import { unitKind } from "../../units/layout/unitMessages.ts";
import type { UnitReason } from "../../units/why/unitHistory.ts";
import type { Command, CommandOutcome } from "../command.ts";

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
    const { findProject } = await import("../../project/findProject.ts");
    const project = findProject(options.cwd);
    if (!project.ok) return project;
    const { withStore } = await import("../withStore.ts");
    return withStore(options, emit, async (store) => {
      const decisions = recordedJournal(store, project.value.root);
      if (!decisions) return err(nothingBuilt());
      const wanted = name === undefined ? decisions : decisionsAbout(name, decisions);
      if (name !== undefined && wanted.length === 0)
        return notCompiled(name, decisions, packagesIn(store, project.value.root));
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

/** The packages of a step by its name, as the last build had it. */
type PackagesOf = (step: string) => readonly string[];

function packagesIn(store: Store, project: string): PackagesOf {
  return (step) => {
    const key = lastBuilt(store, { project, step });
    const units = key && store.records.get("step-units", key);
    return Object.keys(units ?? {}).map((unit) => unit.replace(/ .*/s, ""));
  };
}

/** Of a package that was there already, or an error for what there is not. */
function notCompiled(
  name: string,
  decisions: readonly StepDecision[],
  packagesOf: PackagesOf,
): Result<CommandOutcome> {
  const steps = decisions.map(({ step }) => step);
  const there = new Set(steps.flatMap(packagesOf));
  if (there.has(name))
    return ok({ stdout: `\`${name}\` was not compiled: nothing that it is made from changed` });
  const compiled = decisions.flatMap(({ units }) => units.map((unit) => unit.package));
  const guess = nearest(name, [...steps, ...there, ...compiled]);
  return err(
    diagnostic("why-unknown", `the last build had no step and no package \`${name}\``, {
      notes: [
        `its steps are ${backticked(steps)}`,
        ...(compiled.length > 0 ? [`it compiled ${backticked([...new Set(compiled)])}`] : []),
      ],
      help: [guess ? `did you mean \`${guess}\`?` : "all of it: gantry why"],
      status: 2,
    }),
  );
}

function decisionLines(decision: StepDecision, isVerbose: boolean): string[] {
  const { step, status, note, units } = decision;
  const [first, ...others] = (isVerbose ? decision.changes : undefined) ?? [];
  const reason = first ?? decision.reason;
  if (status === "cached")
    return [`\`${step}\` did not run: ${reason ?? "nothing that it is made from changed"}`];
  const verb =
    status === "failed" ? "ran, and failed" : status === "stopped" ? "ran, and was stopped" : "ran";
  const unfinished = units.filter(({ end }) => end === "unfinished").map(shownUnit);
  return [
    `\`${step}\` ${verb}: ${reason ?? "it was asked to"}`,
    ...others.map((change) => `  and: ${change}`),
    ...(note === undefined ? [] : [`  ${note}`]),
    ...folded(units.filter(({ end }) => end !== "unfinished")),
    ...(unfinished.length === 0 ? [] : [`  not finished: ${shortList(unfinished, isVerbose)}`]),
  ];
}

/** Units that nothing shown tells apart have one line. */
function folded(units: readonly UnitReason[]): string[] {
  const groups = Map.groupBy(units, (unit) => `${shownUnit(unit)} ${unitVerb(unit)}\n${unit.reason}`);
  return [...groups.keys()].map((line) => {
    const count = groups.get(line)?.length ?? 1;
    const [unit, reason] = line.split("\n");
    return `  ${unit}${count === 1 ? "" : count === 2 ? " twice" : ` ${count} times`}: ${reason}`;
  });
}

function shownUnit(unit: UnitReason): string {
  const kind = unit.which === undefined ? unitKind(unit) : `${unitKind(unit)}, ${unit.which}`;
  return `\`${unit.package} ${unit.version}\` (${kind})`;
}

function unitVerb({ mode, end }: UnitReason): string {
  const verb = mode === "run-custom-build" ? "ran" : "compiled";
  if (end !== "failed") return verb;
  return mode === "run-custom-build" ? "ran, and failed" : "did not compile";
}

function shortList(names: readonly string[], isVerbose: boolean): string {
  const shown = isVerbose ? names : names.slice(0, 3);
  const more = names.length > shown.length ? `, and ${names.length - shown.length} more` : "";
  return `${shown.join(", ")}${more}`;
}
