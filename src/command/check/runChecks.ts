import { existsSync } from "node:fs";
import { type Diagnostic, together } from "../../base/diagnostic.ts";
import { err, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import { inputsOf } from "../../derivation/steps.ts";
import type { CheckSummary, EngineEvent } from "../../engine/event.ts";
import type { Realised } from "../../engine/step/realise.ts";
import { failedReport, recordedLog } from "../../engine/why/journal.ts";
import type { Session } from "../build/session.ts";
import { evidenceOf, type Finding, type Found, tells } from "./evidence.ts";
import { findingsOf } from "./findings.ts";

/** A check that came to its end, with what it found: also where its result was in the store. */
export type Checked = {
  readonly summary: CheckSummary;
  /** Why it failed, or was stopped. */
  readonly error: Diagnostic | undefined;
  /** Reports in JUnit's form that its tools left, each as a file. */
  readonly reports: readonly string[];
} & Found;

type StepEvent = Extract<EngineEvent, { readonly type: "step" }>;

/** What of a session checks are realised by. */
type Checking = Pick<Session, "realise" | "nameOf" | "unentered" | "store"> & {
  readonly project: Pick<Session["project"], "root">;
};

type Running = {
  readonly session: Checking;
  readonly checks: readonly (readonly [name: string, step: Derivation])[];
  /** What was told of the steps, by their names; filled while they run. */
  readonly told: ReadonlyMap<string, StepEvent>;
  /** Called when a check failed, with what made it. */
  readonly onFailure: (error: Diagnostic) => void;
};

/** Realises checks, all at the same time: what they run shares one limit of jobs. In their order. */
export async function runChecks({ session, checks, told, onFailure }: Running): Promise<Checked[]> {
  const realised = await Promise.all(
    checks.map(async ([, step]) => {
      const outcome = await session.realise(step);
      if (!outcome.ok) onFailure(outcome.error);
      // All of them were begun for the check, and none runs twice.
      return Promise.all(
        partsOf(step).map(async (part) => ({ step: part, outcome: await session.realise(part) })),
      );
    }),
  );
  // What others' code did is known when all that uses it was built.
  const outcomes = await Promise.all(
    realised.map((parts) => Promise.all(parts.map((part) => withActs(session, part)))),
  );
  const reports = await Promise.all(checks.map(([, step]) => reportsOf(session, step, told)));
  const checked: Checked[] = [];
  // One after the other: a log may be long.
  for (const [at, [name, step]] of checks.entries()) {
    const parts: Ended[] = [];
    for (const part of outcomes[at] ?? []) parts.push(await endedOf(session, part, told));
    if (parts.length > 0)
      checked.push({ ...checkedOf(session.nameOf(step), name, parts), reports: reports[at] ?? [] });
  }
  return checked;
}

/** The reports that a check's step left, and its partitions, also where they failed. */
async function reportsOf(session: Checking, step: Derivation, told: Running["told"]): Promise<string[]> {
  const files = await Promise.all(
    [step, ...partitionsOf(step)].map(async (each) => {
      // All of them were begun for the check, and none runs twice.
      const outcome = await session.realise(each);
      if (outcome.ok) return `${session.store.pathOf(outcome.value.result.output)}/junit.xml`;
      const event = told.get(session.nameOf(each));
      return event ? failedReport(session.store, event.key) : "";
    }),
  );
  return files.filter((file) => existsSync(file));
}

/** Of a policy that was kept so far, what was seen meanwhile and is not entered is its failure. */
async function withActs(session: Checking, part: Part): Promise<Part> {
  const unentered = part.outcome.ok ? await session.unentered(part.step) : undefined;
  if (!unentered) return part;
  const [first, ...also] = unentered.ok ? unentered.value : [unentered.error];
  return first ? { ...part, outcome: err(together(first, also)) } : part;
}

/** What a check consists of: its step, or the steps whose outputs are all that it is about. */
function partsOf(step: Derivation): readonly Derivation[] {
  const parts = inputsOf(step).flatMap((input) => (input.type === "output" ? [input.of] : []));
  return step.phases.length === 0 && parts.length > 0 ? parts : [step];
}

type Part = { readonly step: Derivation; readonly outcome: Result<Realised> };

type Ended = Found & {
  readonly error: Diagnostic | undefined;
  readonly from?: CheckSummary["from"];
  readonly seconds: number;
};

async function endedOf(session: Checking, { step, outcome }: Part, told: Running["told"]): Promise<Ended> {
  const own = told.get(session.nameOf(step));
  const { layer } = step.targetDirectory ?? {};
  const below = layer && told.get(session.nameOf(layer));
  // The dependency layer is all that ran where that failed.
  const event = own ?? (below?.status === "failed" ? below : undefined);
  // Partitions are all that ran where one of them failed.
  const partitions = partitionsOf(step).flatMap((part) => told.get(session.nameOf(part)) ?? []);
  const ran = own ? [own] : partitions;
  const output = outcome.ok ? session.store.pathOf(outcome.value.result.output) : undefined;
  const shown = [await foundIn(session, step, { event, output })];
  // What ran is in steps of their own, where tests are shared by partitions.
  for (const part of partitionsOf(step))
    shown.push(await foundIn(session, part, { event: told.get(session.nameOf(part)) }));
  const findings = shown.flatMap((found) => found.findings);
  return {
    findings,
    tests: shown.flatMap((found) => found.tests),
    error: outcome.ok ? undefined : withFindings(outcome.error, findings),
    // What failed before, and was not run again, took no time either.
    ...(ran.length > 0 && { from: ran.every(({ seconds }) => seconds === 0) ? "cached" : "run" }),
    seconds: outcome.ok ? outcome.value.result.seconds : Math.max(0, ...ran.map(({ seconds }) => seconds)),
  };
}

type Told = { readonly event: StepEvent | undefined; readonly output?: string | undefined };

/** What a step printed and left shows. */
async function foundIn(session: Checking, step: Derivation, { event, output }: Told): Promise<Found> {
  const log = event && (await recordedLog(session.store, event.key, tells));
  if (!log) return { findings: [], tests: [] };
  return findingsOf({
    ...evidenceOf(step, session.project.root, log),
    ...(output !== undefined && { output }),
  });
}

/** See `cargoNextest`. */
function partitionsOf({ mounts }: Derivation): Derivation[] {
  return Object.entries(mounts).flatMap(([at, input]) =>
    "type" in input && input.type === "output" && /^\/build\/partitions\/p\d+$/.test(at) ? [input.of] : [],
  );
}

function checkedOf(step: string, check: string, parts: readonly Ended[]): Omit<Checked, "reports"> {
  const findings = parts.flatMap((part) => part.findings);
  const tests = parts.flatMap((part) => part.tests);
  const error = errorOf(parts);
  const counted = (status: string): number => tests.filter((test) => test.status === status).length;
  const level = (wanted: string): number => findings.filter((each) => each.level === wanted).length;
  const kept = tests.filter((test) => test.isKept).length;
  const from = parts.some((part) => part.from === "run") ? "run" : parts[0]?.from;
  const summary: CheckSummary = {
    check,
    step,
    status: error === undefined ? "passed" : error.code === "interrupted" ? "stopped" : "failed",
    ...(from !== undefined && { from }),
    // They run side by side.
    seconds: Math.max(...parts.map(({ seconds }) => seconds)),
    errors: level("error"),
    warnings: level("warning"),
    ...(tests.length > 0 && {
      tests: {
        ...{ passed: counted("passed"), failed: counted("failed"), ignored: counted("ignored") },
        ...(kept > 0 && { kept }),
      },
    }),
  };
  return { summary, error, findings, tests };
}

/** What was only stopped by another failure says nothing. */
function errorOf(parts: readonly Ended[]): Diagnostic | undefined {
  const errors = parts.flatMap(({ error }) => error ?? []);
  const causes = errors.filter(({ code }) => code !== "interrupted");
  const [first, ...also] = causes.length > 0 ? causes : errors.slice(0, 1);
  return first && together(first, also);
}

/** More than these are counted: they stand above, and in reports. */
const mostTold = 5;

/**
 * The error of a step with what was found, in short. What compilers said may have been told long before, and lie far
 * above what others said since.
 */
function withFindings(error: Diagnostic, findings: readonly Finding[]): Diagnostic {
  const errors = findings.filter(({ level }) => level === "error");
  if (error.code !== "step-failed" || errors.length === 0) return error;
  const more = errors.length > mostTold ? [`and ${errors.length - mostTold} more`] : [];
  return { ...error, notes: [...errors.slice(0, mostTold).map(shortly), ...more, ...error.notes] };
}

function shortly({ message, place, rule }: Finding): string {
  const where = place ? `${[place.file, place.line, place.column ?? []].flat().join(":")}: ` : "";
  const [line = ""] = message.split("\n");
  return `${where}${line}${rule?.includes("::") ? ` (${rule})` : ""}`;
}
