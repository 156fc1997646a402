import { markdownTable } from "../scripts/markdownTable.ts";
import { versionLine } from "../scripts/versions.ts";
import type { Benchmarks } from "./benchmarks.ts";
import type { FigureResult } from "./figureResult.ts";
import { peersAhead } from "./peersAhead.ts";
import type { Result } from "./result.ts";
import type { Spread } from "./spread.ts";

/** `docs/benchmarks.md`. */
export function benchmarksPage({ versions, peers, results, figures }: Benchmarks): string {
  const { cpu, ...programs } = versions;
  return `# Against plain Cargo

All build the same release profile of the same sources with as many threads as there are processors, one after the
other in rounds; crates are downloaded before. Given are the median and, in brackets, the smallest and the largest
value; ratios are to Cargo's time, formed round by round. A case that takes long has fewer rounds: none begins after
five minutes. *Units* are what Gantry compiled in the last round. In the case *vendor*, Cargo's part is \`cargo
vendor\`; in all others, \`cargo build --release\`. \`npm run bench\` makes this page again.

sccache and kache wrap rustc for the same \`cargo build\`, with a warm cache of their own except in the case *cold*,
and with their servers running. mbx (jdx/mr-boxington) is called in the place of Cargo, with a store of its own.
cargo-chef is measured as in a Dockerfile: \`prepare\`, then \`cook\` if the recipe changed, then \`cargo build\`. Each of
its builds starts from the layer that \`cook\` left, as Docker's would; copying that layer and the sources is not
counted. A dash means that a peer has no part in the case: where nothing changed, or the same sources were built
before, Docker's own cache answers and not cargo-chef. In the case *second checkout*, sccache finds crates of
registries alone, and not those that read their \`OUT_DIR\`: its keys hold the directory in which rustc runs, and that
variable, whatever its \`SCCACHE_BASEDIRS\`.${peers?.before ? ` *before* is Gantry itself, at the commit ${peers.before}.` : ""}

${resultTable(results)}
${aheadList(results)}${figureTable(figures ?? [])}
Measured with ${versionLine({ ...programs, ...peers, cpu })}.
`;
}

function resultTable(results: readonly Result[]): string {
  const others = [...new Set(results.flatMap((row) => Object.keys(row.peers ?? {})))];
  const head = [
    ["project", "case", "cargo", "gantry", "gantry ÷ cargo"],
    others,
    ["rounds", "units", "target", "met"],
  ].flat();
  const rows = results.map((row) => [
    row.project,
    row.case,
    times(row.cargo),
    times(row.gantry),
    ratio(row.ratio),
    ...others.map((name) => ratio(row.peers?.[name]?.ratio)),
    String(row.pairs),
    String(row.compiled),
    row.target,
    row.met ? "yes" : "no",
  ]);
  return markdownTable(head, rows);
}

function aheadList(results: readonly Result[]): string {
  const lines = results.flatMap((row) => {
    const ahead = peersAhead(row).map(({ name, median }) => `${name} (${median.toFixed(2)})`);
    return ahead.length > 0 ? [`- ${row.project}, ${row.case}: ahead: ${ahead.join(", ")}`] : [];
  });
  return lines.length > 0
    ? `\nWhere a peer is ahead of Gantry, with its ratio to Cargo:\n\n${lines.join("\n")}\n`
    : "";
}

function figureTable(figures: readonly FigureResult[]): string {
  if (figures.length === 0) return "";
  const head = ["project", "case", "measured", "runs", "target", "met"];
  const rows = figures.map((row) => [
    row.project,
    row.case,
    row.measured.map(({ what, unit, value }) => `${what}: ${show(value, figureIn(unit))} ${unit}`).join("; "),
    String(row.runs),
    row.target,
    row.met ? "yes" : "no",
  ]);
  return `\nOf Gantry alone:\n\n${markdownTable(head, rows)}\n`;
}

function figureIn(unit: "s" | "MB" | "units" | "×"): (value: number) => string {
  return (value) => value.toFixed(unit === "MB" || unit === "units" ? 0 : 2);
}

function times(of: Spread): string {
  return show(of, (seconds) => `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`);
}

function ratio(of: Spread | undefined): string {
  return of ? show(of, (value) => value.toFixed(2)) : "–";
}

function show({ median, min, max }: Spread, format: (value: number) => string): string {
  return `${format(median)} (${format(min)}–${format(max)})`;
}
