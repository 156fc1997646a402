import { markdownTable } from "./markdownTable.ts";
import type { CheckReport, StepReport } from "./readReport.ts";
import { type Versions, versionLine } from "./versions.ts";

/** All checks of the example, realised once. */
export type Round = {
  /** What was done before. */
  readonly what: string;
  readonly ok: boolean;
  /** Wall time of the whole command. */
  readonly seconds: number;
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckReport[];
};

/** `docs/tool-checks.md`. */
export function toolChecksPage(rounds: readonly Round[], of: Versions): string {
  const names = [...new Set(rounds.flatMap(({ steps }) => steps.map(({ step }) => step)))];
  const rows = names.map((name) => [
    `\`${name}\``,
    ...rounds.map(({ steps }) => cell(steps.find(({ step }) => step === name))),
  ]);
  const totals = [
    "`gantry check`",
    ...rounds.map(({ ok, seconds }) => `${time(seconds)}${ok ? "" : ", failed"}`),
  ];
  return `# Checks by other programs

What [\`examples/parcels/every-check.config.ts\`](../examples/parcels/every-check.config.ts) asks for, on the workspace
beside it: Clippy, rustfmt, nextest in two partitions, the examples of the documentation, coverage by cargo-llvm-cov,
cargo-audit with a database of three advisories, cargo-deny, cargo-hakari and taplo. The programs are pinned in \`gantry.lock\`. Each column is one \`gantry check\`; a cell says how long the step ran and how many units
Cargo compiled in it, and is empty where the step did not run. \`npm run test:checks\` makes this table again; here with
\`-- --store DIR\`, of a store that has the dependencies and most units of the programs already.

The programs are compiled the first time, from the sources that crates.io has, each with a hundred crates and more: on two cores minutes for
each, on a busy machine a quarter of an hour in all. They are kept in the store for all projects, until \`gantry store gc\` finds them unused;
a shared [cache](cache.md) hands them to others. To have no such wait, leave their checks out until they are wanted.

${markdownTable(["step", ...rounds.map(({ what }) => what)], [...rows, totals])}

In the last column one run reports all four faults:

${failuresTable(rounds.at(-1))}

Measured with ${versionLine(of)}. Nothing was done to keep the machine quiet.
`;
}

function failuresTable(round: Round | undefined): string {
  const rows = (round?.checks ?? []).map(({ name, status, from, errors, warnings }) => [
    name,
    status,
    from ?? "",
    [[errors, "error"] as const, [warnings, "warning"] as const]
      .filter(([count]) => count > 0)
      .map(([count, what]) => `${count} ${what}${count === 1 ? "" : "s"}`)
      .join(", "),
  ]);
  return markdownTable(["check", "result", "from", "found"], rows);
}

function cell(step: StepReport | undefined): string {
  if (step === undefined || step.status === "cached") return "";
  const units = step.compiled === 1 ? "1 unit" : `${step.compiled} units`;
  return `${time(step.seconds)}${step.compiled > 0 ? `, ${units}` : ""}${step.status === "failed" ? ", failed" : ""}`;
}

function time(seconds: number): string {
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}
