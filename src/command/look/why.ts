import { backticked, type Diagnostic, diagnostic } from "../../base/diagnostic.ts";
import { formatCount } from "../../base/format.ts";
import { nearest } from "../../base/nearest.ts";
import { err, ok } from "../../base/result.ts";
import type { Emit } from "../../engine/event.ts";
import { lastBuilt, recordedJournal, type StepDecision } from "../../engine/why/journal.ts";
import type { Store } from "../../store/store.ts";
import { unitKind } from "../../units/layout/unitMessages.ts";
import type { UnitReason } from "../../units/why/unitHistory.ts";
import type { Command, GlobalOptions } from "../command.ts";
import type { StepNames } from "./names.ts";

type WhyOptions = {
  /** A step, a package whose units were compiled, or a check or package of the project; absent: everything. */
  readonly name: string | undefined;
};

/** `gantry why`: for each step and unit that ran in the last build, the first input that had changed. */
export const why: Command<WhyOptions> = {
  doing: "reading what was built",
  details:
    "Of each step of the last build, whether it ran and what had changed, and of each unit in it that was compiled. What changed " +
    "counts from the successful build before.",
  operands: [{ name: "NAME", summary: "a step, a crate whose units were compiled, or a check" }],
  examples: [
    ["gantry why", "which inputs changed since the build before"],
    ["gantry why -v", "all that changed, not only the first of each step"],
    ["gantry why serde", "why `serde` was compiled again"],
    ["gantry why clippy", "why the check `clippy` ran"],
  ],
  read: ({ operands: [name] }) => ({ name }),
  async run(options, emit) {
    const { name } = options;
    const { findProject } = await import("../../project/findProject.ts");
    const project = findProject(options.cwd);
    if (!project.ok) return project;
    const { withStore } = await import("../open/withStore.ts");
    return withStore(options, emit, async (store) => {
      const decisions = recordedJournal(store, project.value.root);
      if (!decisions) return err(nothingBuilt());
      const about = name === undefined ? decisions : decisionsAbout(name, decisions);
      const isVerbose = options.verbosity > 0;
      const told = (wanted: readonly StepDecision[]) =>
        ok({ stdout: wanted.flatMap((each) => decisionLines(each, isVerbose)).join("\n") });
      if (name === undefined || about.length > 0) return told(about);
      const compiled = packagesIn(decisions, { store, project: project.value.root });
      if (compiled.includes(name))
        return ok({ stdout: `\`${name}\` was not compiled: nothing that it is made from changed` });
      const outputs = await outputsOf(options, emit);
      const ofOutput = outputs?.ofOutput(name);
      const wanted = decisions.filter(({ step }) => ofOutput?.includes(step));
      if (wanted.length > 0) return told(wanted);
      return err(
        ofOutput
          ? notAskedFor(name, decisions)
          : notKnown(name, decisions, [...compiled, ...(outputs?.outputs ?? [])]),
      );
    });
  },
};

/** What the project offers; undefined where its configuration is broken by now: the question is about what was built. */
async function outputsOf(options: GlobalOptions, emit: Emit): Promise<StepNames | undefined> {
  const { withProject } = await import("../open/project.ts");
  const { stepNames } = await import("./names.ts");
  const names = await withProject(options, emit, async ({ offered }) => ok(stepNames(offered)));
  return names.ok ? names.value : undefined;
}

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

/** The packages that the steps of the last build consist of. */
function packagesIn(
  decisions: readonly StepDecision[],
  { store, project }: { readonly store: Store; readonly project: string },
): string[] {
  const units = decisions.flatMap(({ step }) => {
    const key = lastBuilt(store, { project, step });
    return Object.keys((key && store.records.get("step-units", key)) ?? {});
  });
  return [...new Set(units.map((unit) => unit.replace(/ .*/s, "")))];
}

function notAskedFor(name: string, decisions: readonly StepDecision[]): Diagnostic {
  return diagnostic("why-unknown", `the last build was not asked for \`${name}\``, {
    notes: [`its steps are ${backticked(decisions.map(({ step }) => step))}`],
    help: [`what it printed when it ran last: gantry log ${name}`],
    status: 2,
  });
}

/** @param others what else might have been meant */
function notKnown(name: string, decisions: readonly StepDecision[], others: readonly string[]): Diagnostic {
  const steps = decisions.map(({ step }) => step);
  const compiled = [...new Set(decisions.flatMap(({ units }) => units.map((unit) => unit.package)))];
  const guess = nearest(name, [...steps, ...others, ...compiled]);
  const message = `the last build had no step, package or check \`${name}\``;
  return diagnostic("why-unknown", message, {
    notes: [
      `its steps are ${backticked(steps)}`,
      ...(compiled.length > 0 ? [`it compiled ${backticked(compiled)}`] : []),
    ],
    help: [guess ? `did you mean \`${guess}\`?` : "all of it: gantry why"],
    status: 2,
  });
}

function decisionLines(decision: StepDecision, isVerbose: boolean): string[] {
  const { step, status, note, units, tests = [] } = decision;
  const [first, ...others] = (isVerbose ? decision.changes : undefined) ?? [];
  const reason = first ?? decision.reason;
  if (status === "cached" || status === "fetched")
    return [`\`${step}\` did not run: ${reason ?? "nothing that it is made from changed"}`];
  const verb =
    status === "failed" ? "ran, and failed" : status === "stopped" ? "ran, and was stopped" : "ran";
  const unfinished = units.filter(({ end }) => end === "unfinished").map(shownUnit);
  return [
    `\`${step}\` ${verb}: ${reason ?? "it was asked to"}`,
    ...others.map((change) => `  and: ${change}`),
    ...(note === undefined ? [] : [`  ${note}`]),
    ...unitLines(
      units.filter(({ end }) => end !== "unfinished"),
      isVerbose,
    ),
    ...(unfinished.length === 0 ? [] : [`  not finished: ${shortList(unfinished, isVerbose)}`]),
    ...testLines(tests, isVerbose),
  ];
}

/** Which tests ran and why, and of how many an earlier result was taken. */
function testLines(tests: NonNullable<StepDecision["tests"]>, isVerbose: boolean): string[] {
  const alike = Map.groupBy(tests, ({ reason }) => reason);
  const lines = [...alike].flatMap(([reason, same]) => {
    const counted = formatCount(same.length, same[0]?.kind === "program" ? "test program" : "test");
    if (reason === undefined && isVerbose)
      return same.map(({ test }) => `\`${test}\` did not run: ${unchanged}`);
    if (reason === undefined) return [`${counted} did not run: ${unchanged}`];
    if (same.length > mostAlike && !isVerbose) return [`${counted} ran: ${reason} (which: gantry why -v)`];
    return same.map(({ test }) => `\`${test}\` ran: ${reason}`);
  });
  return lines.map((line) => `  ${line}`);
}

const unchanged = "nothing that is in them or that they read changed";

/** What happened to units, one line for all of one reason where these are many. */
function unitLines(units: readonly UnitReason[], isVerbose: boolean): string[] {
  const alike = Map.groupBy(units, (unit) => `${unitVerb(unit)}: ${unit.reason}`);
  const isFolded = (what: string): boolean => !isVerbose && (alike.get(what)?.length ?? 0) > mostAlike;
  const lines = units.flatMap((unit) => {
    const what = `${unitVerb(unit)}: ${unit.reason}`;
    const all = alike.get(what) ?? [];
    if (!isFolded(what)) return [`${shownUnit(unit)}\n${what}`];
    return unit === all[0] ? [`${all.length} units\n${what} (which: gantry why -v)`] : [];
  });
  // Of units that nothing shown tells apart there is one line.
  return [...Map.groupBy(lines, (line) => line)].map(([line, same]) => {
    const [unit = "", what = ""] = line.split("\n");
    return `  ${unit}${same.length === 1 ? "" : `, ${same.length} of them,`} ${what}`;
  });
}

/** Units with one reason that are named one by one. */
const mostAlike = 10;

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
