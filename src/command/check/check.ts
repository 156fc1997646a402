import { resolve } from "node:path";
import { formatColumns } from "../../base/format.ts";
import { all, ok, type Result } from "../../base/result.ts";
import type { Derivation } from "../../derivation/model.ts";
import { commandOf } from "../../derivation/steps.ts";
import type { Emit } from "../../engine/event.ts";
import { checkOptions, readSelection } from "../build/selection.ts";
import type { Command, CommandOutcome, GlobalOptions } from "../command.ts";
import type { CheckOptions } from "./options.ts";

/**
 * `gantry check`: realises the checks, at the same time.
 *
 * The first failure stops the others; with `keepGoing`, and with `watch`, all come to their end. Either way every failure
 * is reported, in the order of the checks, and a table of all comes last.
 *
 * This folder: `checkOnce.ts` opens the project, `runChecks.ts` realises them; what they found is read from what they printed (`evidence.ts`,
 * `findings.ts`); from that reports are made (`reports.ts`). `watch.ts` does it again after each save.
 */
export const check: Command<CheckOptions> = {
  doing: "checking",
  details:
    "Without a gantry.config.ts the checks are `clippy`, `fmt` and `test`. A check of which nothing changed does not run again. " +
    "The first failure stops the other checks; with --keep-going all come to their end. On GitHub Actions what they " +
    "find is shown beside the code, and as a summary of the job.",
  operands: [{ name: "NAME", summary: "the checks to realise [default: all]", repeat: true }],
  options: [
    { name: "list", summary: "print each check, whether it is cached or would run, and what" },
    { name: "watch", summary: "run again after each save; every failure is reported" },
    { name: "report", value: "DIR", summary: "write `junit.xml` and `findings.sarif` there" },
    ...checkOptions,
  ],
  examples: [
    ["gantry check", "everything that CI asks for"],
    ["gantry check clippy fmt", "these two only"],
    ["gantry check --keep-going --report reports", "for CI: every failure, and reports of them"],
    ["gantry check --watch", "while you work"],
  ],
  read: (args) => ({
    names: args.operands,
    chosen: readSelection(args),
    list: args.count("list") > 0,
    watch: args.count("watch") > 0,
    report: directoryOf(args.value("report"), args.cwd),
  }),
  async run(options, emit) {
    if (options.list) return listChecks(options, emit);
    if (options.watch) return (await import("./watch.ts")).watchChecks(options, emit);
    return (await import("./checkOnce.ts")).checkOnce(options, emit);
  },
};

function directoryOf(value: string | undefined, cwd: string): string | undefined {
  return value === undefined ? undefined : resolve(cwd, value);
}

/** The checks of a project, or those named: a line each with the name, whether it would run, and what. Runs nothing. */
async function listChecks(
  options: GlobalOptions & CheckOptions,
  emit: Emit,
): Promise<Result<CommandOutcome>> {
  const { withSession } = await import("../build/session.ts");
  return withSession(options, emit, async ({ offered, output, isBuilt }) => {
    const names = options.names.length > 0 ? options.names : Object.keys(offered.checks ?? {});
    const steps = all(names.map((name) => output("check", name)));
    if (!steps.ok) return steps;
    const built = await Promise.all(steps.value.map(isBuilt));
    const rows = steps.value.map((step, at) => [
      names[at] ?? "",
      built[at] ? "cached" : "would run",
      mainCommandOf(step),
    ]);
    return ok({ stdout: formatColumns(rows).join("\n") });
  });
}

/** The command that the step is there for: its last one of Cargo's, else its last. Hooks come before and after. */
function mainCommandOf({ name, phases }: Derivation): string {
  // A step of that name compares several files, each by a command of its own.
  if (name === "ejected") return "gantry eject --check";
  const runs = phases.flatMap((phase) => (phase.type === "run" ? [commandOf(phase)] : []));
  const argv = runs.findLast(([program]) => program === "cargo") ?? runs.at(-1) ?? [];
  const text = argv.map((word) => (/[\s"']/.test(word) ? JSON.stringify(word) : word)).join(" ");
  return argv[0] === "cargo" || text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** Of a command that is not Cargo's, such as a script, in UTF-16 code units. */
const longest = 72;
