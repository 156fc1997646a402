import { type Diagnostic, together } from "../base/diagnostic.ts";
import { all, err, ok, type Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";
import type { CommandOutcome, GlobalOptions } from "./command.ts";
import { outputNamed } from "./project.ts";
import { withSession } from "./session.ts";

/**
 * `gantry check`: realises the checks, at the same time.
 *
 * The first failure stops the others; with `keepGoing` all come to their end. Either way every failure is
 * reported, in the order of the checks.
 */
export function check(options: GlobalOptions & CheckOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  return withSession({ ...options, signal }, emit, async (session) => {
    const checks = session.offered.checks ?? {};
    const names = options.names.length > 0 ? [...new Set(options.names)] : Object.keys(checks);
    const derivations = all(names.map((name) => outputNamed("check", name, checks)));
    if (!derivations.ok) return derivations;
    const outcomes = await Promise.all(
      derivations.value.map(async (derivation) => {
        const outcome = await session.realise(derivation);
        if (!outcome.ok && !options.keepGoing) stop.abort();
        return outcome;
      }),
    );
    const failure = together(failuresOf(outcomes));
    if (failure) return err(failure);
    return ok({ finished: names.length === 1 ? (names[0] ?? "") : `${names.length} checks` });
  });
}

/**
 * Each once, though several checks may need the step that failed; without those that were only stopped by
 * others.
 */
function failuresOf(outcomes: readonly Result<unknown>[]): Diagnostic[] {
  const failures = new Map(
    outcomes.flatMap((each) => (each.ok ? [] : [[JSON.stringify(each.error), each.error]])),
  );
  const causes = [...failures.values()].filter(({ code }) => code !== "interrupted");
  return causes.length > 0 ? causes : [...failures.values()];
}

/** `gantry check`. */
export type CheckOptions = {
  /** Empty: all of them. */
  readonly names: readonly string[];
};
