import { basename } from "node:path";
import { type Diagnostic, diagnostic, together } from "../../base/diagnostic.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import { type Emit, type EngineEvent, interrupted } from "../../engine/event.ts";
import { isBegunAnew, type Session, withSession } from "../build/session.ts";
import type { CommandOutcome, GlobalOptions } from "../command.ts";
import type { CheckOptions } from "./options.ts";
import { type Checked, runChecks } from "./runChecks.ts";

/**
 * Realises the checks of a project once, tells of each how it came out, and reports.
 *
 * Errors: those of `withSession`; `output-unknown`; `report-impossible`, `not-a-file`; what made checks fail.
 *
 * @param opened told the session before anything runs
 */
export async function checkOnce(
  options: GlobalOptions & CheckOptions,
  emit: Emit,
  opened: (session: Session) => void = () => undefined,
): Promise<Result<CommandOutcome>> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const told = new Map<string, Extract<EngineEvent, { readonly type: "step" }>>();
  const emitAndNote: Emit = (event) => {
    if (event.type === "step") told.set(event.step, event);
    emit(event);
  };
  return withSession({ ...options, signal, repeatsWarnings: true }, emitAndNote, async (session) => {
    opened(session);
    if (options.names.length === 0 && !session.offered.checks)
      emit({ type: "warning", diagnostic: noChecks(session.project.configuration ?? "gantry.config.ts") });
    const names =
      options.names.length > 0 ? [...new Set(options.names)] : Object.keys(session.offered.checks ?? {});
    const steps = all(names.map((name) => session.output("check", name)));
    if (!steps.ok) return steps;
    if (options.report !== undefined) {
      const { prepareReports } = await import("./reports.ts");
      const prepared = prepareReports(options.report, names);
      if (!prepared.ok) return prepared;
    }
    const checked = await runChecks({
      session,
      checks: steps.value.flatMap((step, at) => [[names[at] ?? "", step] as const]),
      told,
      onFailure(error) {
        if (!options.keepGoing && !isBegunAnew(error)) stop.abort();
      },
    });
    // A table of what was stopped answers nothing, nor does one of what is done once more.
    if (options.signal.aborted) return err(interrupted());
    const again = checked.find(({ error }) => error && isBegunAnew(error))?.error;
    if (again && !stop.signal.aborted) return err(again);
    for (const { summary } of checked) emit({ type: "check", ...summary });
    await report(session, checked, { emit, directory: options.report });
    const [first, ...also] = failuresOf(checked);
    if (first)
      return err(together({ ...first, help: [...first.help, ...howToGoOn(options, checked)] }, also));
    return ok({ finished: names.length === 1 ? (names[0] ?? "") : `${names.length} checks` });
  });
}

type Reporting = { readonly emit: Emit; readonly directory: string | undefined };

async function report(
  session: Session,
  checked: readonly Checked[],
  { emit, directory }: Reporting,
): Promise<void> {
  const { root } = session.project;
  // Where the repository lies, which paths in reports count from.
  const base = process.env.GITHUB_WORKSPACE || root;
  if (directory !== undefined) {
    const { writeReports } = await import("./reports.ts");
    writeReports(directory, checked, { root, base });
  }
  if (process.env.GITHUB_ACTIONS !== "true") return;
  const { reportToGitHub } = await import("./gitHub.ts");
  reportToGitHub(checked, { root, base, emit, summaryFile: process.env.GITHUB_STEP_SUMMARY });
}

/** What a project without checks is told: `checks: {}` says that there shall be none. */
function noChecks(configuration: string): Diagnostic {
  const file = basename(configuration);
  return diagnostic("no-checks", `\`${file}\` declares no checks`, {
    notes: ["nothing was checked"],
    help: [
      "declare them beside `packages`: checks: { test: crane.cargoTest({ src }), fmt: crane.cargoFmt({ src }) }",
      "or say that there are none: checks: {}",
    ],
  });
}

/** What to do for the answers of checks that were stopped by the failure of another. */
function howToGoOn({ keepGoing }: GlobalOptions, checked: readonly Checked[]): string[] {
  const stopped = checked.filter(({ summary: { status } }) => status === "stopped").length;
  if (keepGoing || stopped === 0) return [];
  const what = stopped === 1 ? "1 check was stopped by it" : `${stopped} checks were stopped by it`;
  return [`${what}; to have all come to their end: gantry check --keep-going`];
}

/**
 * Each failure once, though several checks may need the step that failed; without those checks that were
 * only stopped by others.
 */
function failuresOf(checked: readonly Checked[]): Diagnostic[] {
  const failures = new Map(checked.flatMap(({ error }) => (error ? [[JSON.stringify(error), error]] : [])));
  const causes = [...failures.values()].filter(({ code }) => code !== "interrupted");
  return causes.length > 0 ? causes : [...failures.values()];
}
