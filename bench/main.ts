import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { selectNamed } from "../scripts/selectNamed.ts";
import { versions } from "../scripts/versions.ts";
import { workDirectory } from "../scripts/workDirectory.ts";
import { cases } from "./cases.ts";
import { measure } from "./measure.ts";
import { mergeResults } from "./mergeResults.ts";
import { prepareSides } from "./prepareSides.ts";
import { projects } from "./projects.ts";
import { readBenchmarks } from "./readBenchmarks.ts";
import { writeBenchmarks } from "./writeBenchmarks.ts";

const order = { projects: projects.map(({ name }) => name), cases: cases.map(({ name }) => name) };

const options = new Command("bench")
  .description("time `gantry build` against plain `cargo build`")
  .option(
    "--projects <names>",
    `some of ${order.projects.join(",")}`,
    selectNamed(projects, ({ name }) => name),
  )
  .option(
    "--cases <names>",
    `some of ${order.cases.join(",")}`,
    selectNamed(cases, ({ name }) => name),
  )
  .option("--pairs <n>", "pairs of every case (default: by case)", positive)
  .option("--merge", "keep the rows that an earlier run wrote and this one does not measure")
  .option(
    "--out <directory>",
    "where to write benchmarks.json and benchmarks.md",
    join(import.meta.dirname, "../docs"),
  )
  .parse()
  .opts<{ projects?: typeof projects; cases?: typeof cases; pairs?: number; merge?: true; out: string }>();

const measuredWith = await versions();
const rows = options.merge ? [...(await readBenchmarks(options.out, measuredWith))] : [];

for (const project of options.projects ?? projects) {
  await using work = await workDirectory("bench");
  const sides = await prepareSides(project, work.path);
  for (const what of (options.cases ?? cases).filter((one) => one.applies?.(project) ?? true)) {
    const row = await measure(what, sides, options.pairs ?? what.pairs);
    rows.push(row);
    const ratio = row.ratio.median.toFixed(2);
    console.log(
      `${row.project}, ${row.case}: ${ratio} × cargo (target ${row.target}: ${row.met ? "met" : "missed"})`,
    );
    // After every case, so that an interrupted run leaves a table of what it has measured.
    await writeBenchmarks(options.out, { versions: measuredWith, results: [...mergeResults(rows, order)] });
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("not a positive number");
  return value;
}
