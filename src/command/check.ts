import { ok, type Result } from "../base/result.ts";
import type { Emit } from "../engine/event.ts";
import type { CheckOptions } from "./checkOptions.ts";
import type { CommandOutcome } from "./commandOutcome.ts";
import type { GlobalOptions } from "./globalOptions.ts";
import { outputNamed } from "./outputNamed.ts";
import { withSession } from "./withSession.ts";

/** `gantry check`: realises the checks, at the same time. Of several that fail, the first by name is returned. */
export function check(options: GlobalOptions & CheckOptions, emit: Emit): Promise<Result<CommandOutcome>> {
  return withSession(options, emit, async (session) => {
    const checks = session.offered.checks ?? {};
    const names = options.names.length > 0 ? options.names : Object.keys(checks);
    const outcomes = await Promise.all(
      names.map(async (name) => {
        const derivation = outputNamed("check", name, checks);
        return derivation.ok ? session.realise(derivation.value) : derivation;
      }),
    );
    for (const outcome of outcomes) if (!outcome.ok) return outcome;
    return ok({ finished: names.length === 1 ? (names[0] ?? "") : `${names.length} checks` });
  });
}
