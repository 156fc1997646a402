import { duration, formatCount } from "../../base/format.ts";
import type { CheckSummary } from "../../engine/event.ts";
import { displayWidth, type Paint, truncate } from "./text.ts";

type Look = { readonly paint: Paint; readonly columns: number };

const words = { passed: "ok", failed: "failed", stopped: "stopped" } as const;

/**
 * How each check came out, a line each: its name, the result, how long it ran, whether it ran at all, and what it found.
 * No line is wider than the terminal; a wide one does not pull the columns apart.
 */
export function checkTable(checks: readonly CheckSummary[], { paint, columns }: Look): string[] {
  if (checks.length === 0) return [];
  const colors = { passed: paint.good, failed: paint.error, stopped: paint.warning };
  // The other columns need 28, and a few for what was found.
  const widest = Math.max(12, columns - 40);
  const names = checks.map(({ check }) => truncate(check, widest));
  const width = Math.max(5, ...names.map(displayWidth));
  const pad = (name: string): string => name + " ".repeat(width - displayWidth(name));
  const rows = checks.map(({ status, from, seconds, ...found }, at) => {
    const time = from === "run" ? duration(seconds) : "";
    const start = `${pad(names[at] ?? "")}  `;
    const result = words[status].padEnd(7);
    const rest = `  ${time.padStart(7)}  ${(from ?? "").padEnd(6)}  ${foundText(found)}`;
    const room = Math.max(10, columns - 1 - displayWidth(start) - result.length);
    return `${start}${colors[status](result)}${truncate(rest.trimEnd(), room)}`;
  });
  return [paint.strong(`${pad("Check")}  Result      Time  From    Found`), ...rows];
}

function foundText({ errors, warnings, tests }: Pick<CheckSummary, "errors" | "warnings" | "tests">): string {
  const ofTests = tests ? [testsText(tests)] : [];
  // A test that failed is an error, too.
  const others = errors - (tests?.failed ?? 0);
  return [
    ...ofTests,
    ...(others > 0 ? [formatCount(others, "error")] : []),
    ...(warnings > 0 ? [formatCount(warnings, "warning")] : []),
  ].join(", ");
}

function testsText({ passed, failed, ignored, kept = 0 }: NonNullable<CheckSummary["tests"]>): string {
  const ran = passed + failed;
  const text = failed > 0 ? `${failed} of ${formatCount(ran, "test")} failed` : formatCount(ran, "test");
  return [text, ...(ignored > 0 ? [`${ignored} ignored`] : []), ...(kept > 0 ? [`${kept} kept`] : [])].join(
    ", ",
  );
}
