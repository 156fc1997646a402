import { duration, formatBytes, formatColumns, formatCount } from "../../base/format.ts";
import type { SharedReport } from "../../engine/event.ts";

/**
 * What a shared cache did, in one line; undefined where it did nothing.
 *
 * @example
 * cacheLine(report) // "310 records from the shared cache (41.2 MiB, which took 2m 48s to make)"
 */
export function cacheLine({ found, received, saved }: SharedReport): string | undefined {
  if (found === 0) return undefined;
  const work = saved < 1 ? "" : `, which took ${duration(saved)} to make`;
  return `${formatCount(found, "record")} from the shared cache (${formatBytes(received)}${work})`;
}

/** The same as a table, for `--cache-report`. */
export function cacheTable(report: SharedReport): readonly string[] {
  const number = (value: number) => value.toLocaleString("en-US");
  const { name, isAbsent, lookedFor, found, kinds, requests, received, sent, uploaded, saved, spent } =
    report;
  const rows = Object.entries(kinds).map(([kind, of]) => [
    kind,
    number(of.lookedFor),
    number(of.found),
    number(of.lookedFor - of.found),
  ]);
  return [
    `the shared cache at ${name}${isAbsent ? " (empty: not there yet)" : ""}`,
    "",
    ...formatColumns([
      ["kind", "looked for", "hits", "misses"],
      ...rows,
      ["all", number(lookedFor), number(found), number(lookedFor - found)],
    ]),
    "",
    ...formatColumns([
      ["requests", number(requests)],
      ["received", formatBytes(received)],
      ["sent", `${formatBytes(sent)}${uploaded === 0 ? "" : `, ${formatCount(uploaded, "record")}`}`],
      ["time saved", duration(saved)],
      ["time spent", duration(spent)],
    ]),
  ];
}
