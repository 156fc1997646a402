import { markdownTable } from "../scripts/markdownTable.ts";
import { versionLine } from "../scripts/versions.ts";
import type { Benchmarks } from "./benchmarks.ts";
import type { Spread } from "./spread.ts";

/** `docs/benchmarks.md`. */
export function benchmarksPage({ versions, results }: Benchmarks): string {
  const head = ["project", "case", "cargo", "gantry", "gantry ÷ cargo", "pairs", "units", "target", "met"];
  const rows = results.map((row) => [
    row.project,
    row.case,
    times(row.cargo),
    times(row.gantry),
    show(row.ratio, (value) => value.toFixed(2)),
    String(row.pairs),
    String(row.compiled),
    row.target,
    row.met ? "yes" : "no",
  ]);
  return `# Against plain Cargo

Both build the same release profile of the same sources with as many threads as there are processors, one after the
other in pairs; crates are downloaded before. Given are the median and, in brackets, the smallest and the largest
value; ratios are formed pair by pair. Cold cases are slow and have fewer pairs. *Units* are what Gantry compiled in
the last round. In the case *vendor*, Cargo's part is \`cargo vendor\`; in all others, \`cargo build --release\`.
\`npm run bench\` makes this table again.

${markdownTable(head, rows)}

Measured with ${versionLine(versions)}.
`;
}

function times(of: Spread): string {
  return show(of, (seconds) => `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`);
}

function show({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)}–${format(max)})`;
}
