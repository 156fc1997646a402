import { appendFileSync } from "node:fs";
import { formatCount } from "../../base/format.ts";
import type { Emit } from "../../engine/event.ts";
import type { Finding } from "./evidence.ts";
import { findingsAmong } from "./reports.ts";
import type { Checked } from "./runChecks.ts";

// What GitHub Actions shows of a run: annotations beside the code, and the summary of the job
// (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).

type Reporting = {
  readonly root: string;
  /** The directory of the checkout. */
  readonly base: string;
  readonly emit: Emit;
  /** The file whose text GitHub shows; undefined where it named none. */
  readonly summaryFile: string | undefined;
};

/** How many annotations of a level GitHub shows of one step of a job; more are dropped silently. */
const mostShown = 10;

export function reportToGitHub(
  checked: readonly Checked[],
  { root, base, emit, summaryFile }: Reporting,
): void {
  const found = findingsAmong(checked, { root, base });
  const all = [...found, ...unexplained(checked)];
  const levels = (["error", "warning"] as const).map((level) => all.filter((each) => each.level === level));
  const lines = levels.flatMap((of) => of.slice(0, mostShown)).map(annotation);
  if (lines.length > 0) emit({ type: "commands", lines });
  const more = levels.reduce((sum, of) => sum + Math.max(0, of.length - mostShown), 0);
  if (more > 0) {
    const text = `GitHub shows ${mostShown} errors and ${mostShown} warnings of a step beside the code; ${more} more are in the summary of the job`;
    emit({ type: "note", text });
  }
  if (summaryFile) appendFileSync(summaryFile, summary(checked));
}

/** Of checks that failed for something without a place in the code. */
function unexplained(checked: readonly Checked[]): Finding[] {
  return checked.flatMap(({ summary: { check, status }, error, findings }): Finding[] => {
    if (status !== "failed" || !error || findings.some(({ level }) => level === "error")) return [];
    const message = [error.message, ...error.notes, ...error.causes].join("\n");
    return [{ tool: "gantry", level: "error", rule: check, message }];
  });
}

/** A finding as a workflow command. */
export function annotation({ tool, level, rule, message, text, place }: Finding): string {
  const { file, line, column, endLine = line, endColumn } = place ?? {};
  const isOneLine = line === endLine;
  const properties = [
    ["file", file],
    ["line", line],
    ["endLine", endLine],
    // Columns count within one line.
    ["col", isOneLine ? column : undefined],
    ["endColumn", isOneLine ? endColumn : undefined],
    ["title", rule ?? tool],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escapedProperty(String(value))}`]));
  return `::${level} ${properties.join(",")}::${escaped(text?.startsWith(`${level}`) ? text : message)}`;
}

function escaped(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** In UTF-16 code units. GitHub refuses a summary of more than 1 MiB, and a reader reads less. */
const mostOfCheck = 20_000;

/** Markdown: a table of the checks, and below it what those found that failed or warned. */
export function summary(checked: readonly Checked[]): string {
  const rows = checked.map(({ summary: { check, status, from = "", seconds }, ...rest }) => {
    const time = from === "run" ? `${seconds.toFixed(1)} s` : "";
    return `| ${cell(check)} | ${marks[status]} ${status} | ${time} | ${from} | ${cell(detailsOf(rest))} |`;
  });
  const details = checked.flatMap(({ summary: { check }, findings, error }) => {
    const texts = findings.map(({ text, message }) =>
      text?.includes(message) ? text : `${message}\n${text ?? ""}`,
    );
    const all = [...texts, ...(error ? [error.message, ...error.causes] : [])].map((each) => each.trimEnd());
    if (all.length === 0) return [];
    const whole = all.join("\n\n");
    const shown = whole.length > mostOfCheck ? `${whole.slice(0, mostOfCheck)}\n…` : whole;
    const fence = "`".repeat(Math.max(3, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length + 1)));
    return [
      "",
      `<details><summary>${html(check)}</summary>`,
      "",
      `${fence}text`,
      shown,
      fence,
      "",
      "</details>",
    ];
  });
  return [
    "### gantry check",
    "",
    "| check | result | time | from | found |",
    "| --- | --- | ---: | --- | --- |",
  ]
    .concat(rows, details, "", "")
    .join("\n");
}

const marks = { passed: "✅", failed: "❌", stopped: "⏹️" } as const;

function detailsOf({ findings, tests }: Pick<Checked, "findings" | "tests">): string {
  const of = (level: string): number => findings.filter((each) => each.level === level).length;
  const failed = tests.filter(({ status }) => status === "failed").length;
  return [
    ...(tests.length > 0
      ? [`${formatCount(tests.length, "test")}${failed > 0 ? `, ${failed} failed` : ""}`]
      : []),
    ...(failed === 0 && of("error") > 0 ? [formatCount(of("error"), "error")] : []),
    ...(of("warning") > 0 ? [formatCount(of("warning"), "warning")] : []),
  ].join(", ");
}

function cell(text: string): string {
  return html(text).replaceAll("|", "\\|");
}

function html(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
