import { markdownTable } from "./markdownTable.ts";
import type { Trial } from "./tryProgram.ts";

/** What became of each program, with a column of what is unusual, or written, where that was said of one. */
export function programsTable(trials: readonly Trial[]): string {
  const unusual = trials.some(({ program }) => program.unusual !== undefined);
  const writes = trials.some(({ program }) => program.writes !== undefined);
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
  const rows = trials.map(({ program, crates, cold, edit, size, why, failure }) => [
    program.crate,
    program.version,
    ...(unusual ? [program.unusual ?? ""] : []),
    ...(writes ? [program.writes ?? ""] : []),
    String(crates),
    cold?.ok ? `${cold.seconds.toFixed(1)} s` : "–",
    cold?.ok ? String(cold.units.compiled) : "–",
    edit?.ok ? `${edit.seconds.toFixed(1)} s` : "–",
    edit?.ok ? String(edit.units.compiled) : "–",
    size === undefined ? "–" : `${(size / 1e6).toFixed(1)} MB`,
    ...(writes ? [why ?? "–"] : []),
    failure ?? "builds and runs",
  ]);
  const described = unusual ? head.toSpliced(2, 0, "unusual") : head;
  return markdownTable(
    writes ? described.toSpliced(2, 0, "writes").toSpliced(-1, 0, "why its script ran again") : described,
    rows,
  );
}
