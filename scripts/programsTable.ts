import { markdownTable } from "./markdownTable.ts";
import type { Trial } from "./tryProgram.ts";

/** What became of each program, with a column of what is unusual where that was said of one. */
export function programsTable(trials: readonly Trial[]): string {
  const unusual = trials.some(({ program }) => program.unusual !== undefined);
  const head = [
    "program",
    "version",
    "crates",
    "cold",
    "units",
    "edit of `main.rs`",
    "units",
    "size",
    "result",
  ];
  const rows = trials.map(({ program, crates, cold, edit, size, failure }) => [
    program.crate,
    program.version,
    ...(unusual ? [program.unusual ?? ""] : []),
    String(crates),
    cold?.ok ? `${cold.seconds.toFixed(1)} s` : "–",
    cold?.ok ? String(cold.units.compiled) : "–",
    edit?.ok ? `${edit.seconds.toFixed(1)} s` : "–",
    edit?.ok ? String(edit.units.compiled) : "–",
    size === undefined ? "–" : `${(size / 1e6).toFixed(1)} MB`,
    failure ?? "builds and runs",
  ]);
  return markdownTable(unusual ? head.toSpliced(2, 0, "unusual") : head, rows);
}
