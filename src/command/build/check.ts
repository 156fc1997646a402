import { basename } from "node:path";
import { type Diagnostic, diagnostic, together } from "../../base/diagnostic.ts";
import { all, err, ok, type Result } from "../../base/result.ts";
import type { Command } from "../command.ts";
import { type Chosen, checkOptions, readSelection } from "./selection.ts";

type CheckOptions = {
  /** Empty: all of them. */
  readonly names: readonly string[];
  readonly chosen: Chosen;
};

/**
 * `gantry check`: realises the checks, at the same time.
 *
 * The first failure stops the others; with `keepGoing` all come to their end. Either way every failure is
 * reported, in the order of the checks.
 */
export const check: Command<CheckOptions> = {
  doing: "building",
  operands: [{ name: "NAME", summary: "the checks to realise [default: all]", repeat: true }],
  options: checkOptions,
  examples: [
    ["gantry check", "everything that CI asks for"],
    ["gantry check clippy fmt", "these two only"],
    ["gantry check --keep-going", "report every failure, not the first alone"],
  ],
  read: (args) => ({ names: args.operands, chosen: readSelection(args) }),
  async run(options, emit) {
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const { withSession } = await import("./session.ts");
    return withSession({ ...options, signal }, emit, async (session) => {
      if (options.names.length === 0 && !session.offered.checks)
        emit({ type: "warning", diagnostic: noChecks(session.project.configuration ?? "gantry.config.ts") });
      const names =
        options.names.length > 0 ? [...new Set(options.names)] : Object.keys(session.offered.checks ?? {});
      const derivations = all(names.map((name) => session.output("check", name)));
      if (!derivations.ok) return derivations;
      const outcomes = await Promise.all(
        derivations.value.map(async (derivation) => {
          const outcome = await session.realise(derivation);
          if (!outcome.ok && !options.keepGoing) stop.abort();
          return outcome;
        }),
      );
      const [first, ...also] = failuresOf(outcomes);
      if (first) return err(together(first, also));
      return ok({ finished: names.length === 1 ? (names[0] ?? "") : `${names.length} checks` });
    });
  },
};

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

/**
 * Each failure once, though several checks may need the step that failed; without those checks that were
 * only stopped by others.
 */
function failuresOf(outcomes: readonly Result<unknown>[]): Diagnostic[] {
  const failures = new Map(
    outcomes.flatMap((each) => (each.ok ? [] : [[JSON.stringify(each.error), each.error]])),
  );
  const causes = [...failures.values()].filter(({ code }) => code !== "interrupted");
  return causes.length > 0 ? causes : [...failures.values()];
}
